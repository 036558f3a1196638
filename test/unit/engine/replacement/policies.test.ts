import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplacementPolicy } from '../../../../src/engine/replacement/createReplacementPolicy';
import {
  REPLACEMENT_POLICIES,
  type ReplacementPolicy,
} from '../../../../src/engine/replacement/ReplacementPolicy';

type Act = readonly ['admit' | 'reference' | 'evict' | 'evictFirst', number];

const acts = fc.array(
  fc.tuple(
    fc.constantFrom('admit', 'reference', 'evict', 'evictFirst') as fc.Arbitrary<Act[0]>,
    fc.integer({ min: 0, max: 12 }),
  ),
  { maxLength: 200 },
);

function apply(policy: ReplacementPolicy, [kind, page]: Act, first?: string): void {
  const key = `file:${page}.ts`;
  if (kind === 'admit') policy.admit(key, { tokens: 100 + page, kind: 'file' });
  else if (kind === 'reference') policy.reference(key);
  else if (kind === 'evict') policy.evict(key);
  else if (first !== undefined) policy.evict(first);
}

describe.each(REPLACEMENT_POLICIES)('%s', (name) => {
  it('names every resident page once, and no other', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const policy = createReplacementPolicy(name);
        const resident = new Set<string>();
        for (const act of list) {
          const first = policy.victims()[0];
          const key = `file:${act[1]}.ts`;
          apply(policy, act, first);
          if (act[0] === 'admit') resident.add(key);
          if (act[0] === 'evict') resident.delete(key);
          if (act[0] === 'evictFirst' && first !== undefined) resident.delete(first);
          const victims = policy.victims();
          expect(new Set(victims)).toEqual(resident);
          expect(victims).toHaveLength(resident.size);
        }
      }),
    );
  });

  it('is not changed by being asked, and answers equal calls equally', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const asked = createReplacementPolicy(name);
        const silent = createReplacementPolicy(name);
        for (const act of list) {
          if (act[0] === 'evictFirst') continue;
          apply(asked, act);
          apply(silent, act);
          expect(asked.victims()).toEqual(asked.victims());
        }
        expect(asked.victims()).toEqual(silent.victims());
      }),
    );
  });

  it('evicts a batch in the order it gives when asked after each eviction', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const policy = createReplacementPolicy(name);
        for (const act of list) apply(policy, act, policy.victims()[0]);
        const order = policy.victims();
        const oneByOne = order.map(() => {
          const first = policy.victims()[0] ?? '';
          policy.evict(first);
          return first;
        });
        expect(oneByOne).toEqual(order);
      }),
    );
  });
});

it('lru equals its definition: resident pages in order of their last use', () => {
  fc.assert(
    fc.property(acts, (list) => {
      const policy = createReplacementPolicy('lru');
      const lastUse = new Map<string, number>();
      list.forEach((act, time) => {
        const key = `file:${act[1]}.ts`;
        const first = policy.victims()[0];
        apply(policy, act, first);
        if (act[0] === 'admit' || (act[0] === 'reference' && lastUse.has(key))) lastUse.set(key, time);
        if (act[0] === 'evict') lastUse.delete(key);
        if (act[0] === 'evictFirst' && first !== undefined) lastUse.delete(first);
      });
      const expected = [...lastUse].sort((a, b) => a[1] - b[1]).map(([key]) => key);
      expect(policy.victims()).toEqual(expected);
    }),
  );
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdaptivePolicy } from '../../../../src/engine/replacement/AdaptivePolicy';

const FRAMES = 20;

/** Uses a page with 20 frames; gives whether it was resident. */
function use(policy: AdaptivePolicy, key: string, tokens = 800, kind: 'file' | 'tool' = 'file'): boolean {
  const resident = policy.victims();
  if (resident.includes(key)) {
    policy.reference(key);
    return true;
  }
  policy.admit(key, { tokens, kind });
  const victim = policy.victims().find((page) => page !== key);
  if (resident.length === FRAMES && victim !== undefined) policy.evict(victim);
  return false;
}

describe('adaptive', () => {
  it('keeps the hot pages through a flood of results and files used once', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('tool' as const, 'file' as const),
        fc.integer({ min: 100, max: 400 }),
        (kind, flood) => {
          const policy = new AdaptivePolicy();
          const hot = Array.from({ length: 8 }, (_, i) => `file:src/hot${i}.ts`);
          for (let round = 0; round < 3; round++) for (const key of hot) use(policy, key);
          for (let i = 0; i < flood; i++)
            use(policy, kind === 'tool' ? `tool:s/${i}` : `file:docs/page${i}.md`, 800, kind);
          expect(policy.victims()).toEqual(expect.arrayContaining(hot));
        },
      ),
      { numRuns: 6 },
    );
  });

  it('lets the pages on probation go first only while they have more than half of the tokens', () => {
    const policy = new AdaptivePolicy();
    for (const key of ['a', 'b']) {
      policy.admit(`file:${key}.ts`, { tokens: 1000, kind: 'file' });
      policy.reference(`file:${key}.ts`);
    }
    for (let i = 0; i < 6; i++) policy.admit(`tool:s/${i}`, { tokens: 1000, kind: 'tool' });
    const order = policy.victims();
    expect(order.slice(0, 4).every((key) => key.startsWith('tool:'))).toBe(true);
  });

  it('lets the bigger of two pages with equal prospects go first', () => {
    const policy = new AdaptivePolicy();
    for (const round of [1, 2, 3, 4]) {
      policy.admit(`tool:s/big${round}`, { tokens: 4000, kind: 'tool' });
      policy.admit(`tool:s/small${round}`, { tokens: 100, kind: 'tool' });
    }
    for (const page of ['big', 'small', 'small', 'big'])
      for (const round of [1, 2, 3, 4]) policy.reference(`tool:s/${page}${round}`);
    const order = policy.victims().map((key) => key.replace(/^tool:s\/|\d$/g, ''));
    expect(order.slice(0, 4)).toEqual(['big', 'big', 'big', 'big']);
  });

  it('learns from the stream: a loop that LRU always misses is partly kept', () => {
    const policy = new AdaptivePolicy();
    let hits = 0;
    for (let i = 0; i < 3000; i++) {
      const hit = use(policy, `file:src/loop${i % 30}.ts`);
      if (hit && i >= 1000) hits += 1;
    }
    // LRU has none; the optimum keeps about 19 of 30.
    expect(hits / 2000).toBeGreaterThan(0.2);
  });

  it('follows a change of phase: pages of the first half do not crowd out those of the second', () => {
    const policy = new AdaptivePolicy();
    for (let i = 0; i < 600; i++) use(policy, `file:old/f${i % 15}.ts`);
    for (let i = 0; i < 150; i++) use(policy, `file:new/f${i % 15}.ts`);
    const kept = policy.victims().filter((key) => key.startsWith('file:new/'));
    expect(kept).toHaveLength(15);
  });

  it('lets pages used once alike go in the order they came in: what was found last is the last to leave', () => {
    for (const kind of ['file', 'tool'] as const) {
      const policy = new AdaptivePolicy();
      const keys = Array.from({ length: 12 }, (_, i) =>
        kind === 'file' ? `file:src/f${i}.ts` : `tool:s/${i}`,
      );
      for (const key of keys) policy.admit(key, { tokens: 800, kind });
      expect(policy.victims()).toEqual(keys);
    }
  });

  it('lets a page used once long ago go before those used many times, and these stay when others come', () => {
    const policy = new AdaptivePolicy();
    policy.admit('file:docs/once.md', { tokens: 800, kind: 'file' });
    const hot = Array.from({ length: 4 }, (_, i) => `file:src/hot${i}.ts`);
    for (const key of hot) policy.admit(key, { tokens: 800, kind: 'file' });
    for (let round = 0; round < 6; round++) for (const key of hot) policy.reference(key);
    expect(policy.victims()[0]).toBe('file:docs/once.md');
    const others = Array.from({ length: 15 }, (_, i) => `file:src/other${i}.ts`);
    for (const key of others) {
      policy.admit(key, { tokens: 800, kind: 'file' });
      policy.reference(key);
    }
    expect(new Set(policy.victims().slice(-4))).toEqual(new Set(hot));
  });

  it('does not count a prefetch as a use', () => {
    const policy = new AdaptivePolicy();
    for (const prefetched of [false, true]) {
      const key = `file:src/${prefetched ? 'unasked' : 'asked'}.ts`;
      policy.admit(key, { tokens: 800, kind: 'file' });
      policy.admit(key, { tokens: 800, kind: 'file', prefetched });
    }
    // Admitted twice alike: only the one that was asked for twice is off probation.
    for (let i = 0; i < 3; i++) policy.admit(`tool:s/${i}`, { tokens: 800, kind: 'tool' });
    expect(policy.victims().at(-1)).toBe('file:src/asked.ts');
  });
});

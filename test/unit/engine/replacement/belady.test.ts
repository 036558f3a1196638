import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplacementPolicy } from '../../../../src/engine/replacement/createReplacementPolicy';
import { REPLACEMENT_POLICIES } from '../../../../src/engine/replacement/ReplacementPolicy';
import { beladyMisses, simulate } from '../../../bench/engine/pagingSimulator';

describe('the benchmark of replacement', () => {
  it('counts the optimum of the textbook', () => {
    expect(beladyMisses([...'70120304230321201701'], 3)).toBe(9);
    expect(simulate(createReplacementPolicy('lru'), [...'70120304230321201701'], 3).misses).toBe(12);
    expect(simulate(createReplacementPolicy('fifo'), [...'70120304230321201701'], 3).misses).toBe(15);
  });

  it('never finds a policy better than the optimum', () => {
    const references = fc.array(fc.constantFrom(...'abcdefghij'), { maxLength: 150 });
    fc.assert(
      fc.property(references, fc.integer({ min: 2, max: 6 }), (keys, frames) => {
        const best = beladyMisses(keys, frames);
        for (const name of REPLACEMENT_POLICIES) {
          const { misses } = simulate(createReplacementPolicy(name), keys, frames);
          expect(misses).toBeGreaterThanOrEqual(best);
        }
      }),
    );
  });

  it('counts prefetched pages, and those that left unused as wasted', () => {
    // In a circle so long that LRU always misses each calls for the next, last used too long ago to be together with it.
    const keys = [...'abcdefghijabcdefghijabcdefghijabcdefghijabcdefghij'];
    const without = simulate(createReplacementPolicy('lru'), keys, 3);
    const counts = simulate(createReplacementPolicy('lru'), keys, 3, { pages: 1, confidence: 0.4 });
    expect(without.misses).toBe(keys.length);
    expect(counts.misses + counts.prefetched - counts.wasted).toBe(keys.length);
    expect(counts.misses).toBeLessThan(without.misses);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBudget } from '../../../src/engine/TokenBudget';

const settings = { windowTokens: 32_768, maxOutputTokens: 1000 };

/** A span of text: own tokens, and how much denser the provider's tokenizer finds it. */
const span = (low: number, high: number) =>
  fc.record({
    own: fc.integer({ min: 1, max: 3000 }),
    ratio: fc.double({ min: low, max: high, noNaN: true }),
  });

interface Span {
  readonly own: number;
  readonly ratio: number;
}

const ownOf = (spans: readonly Span[]) => spans.reduce((sum, { own }) => sum + own, 0);
const providerOf = (spans: readonly Span[]) =>
  Math.floor(spans.reduce((sum, { own, ratio }) => sum + own * ratio, 0));

describe('TokenBudget', () => {
  it('never under-estimates for a tokenizer within 15 %, calibrated or not, across rollovers', () => {
    const step = fc.record({
      grows: fc.array(span(0.85, 1.15), { minLength: 1, maxLength: 4 }),
      rollsOver: fc.boolean(),
      reports: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
        const budget = new TokenBudget(settings);
        let prompt: Span[] = [{ own: 1500, ratio: 1 }];
        for (const { grows, rollsOver, reports } of steps) {
          if (rollsOver) {
            // Any part of what was there stays.
            prompt = prompt.filter((_, i) => i === 0 || i % 2 === 1);
            budget.newEpoch();
          }
          prompt.push(...grows);
          const provider = providerOf(prompt);
          expect(budget.estimate(ownOf(prompt))).toBeGreaterThanOrEqual(provider);
          expect(budget.estimateAnew(ownOf(prompt))).toBeGreaterThanOrEqual(provider);
          if (reports) budget.observe(ownOf(prompt), provider);
        }
      }),
    );
  });

  it('never under-estimates a steady tokenizer, however far off, once it was measured', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.4, max: 4, noNaN: true }),
        fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1 }),
        (ratio, sizes) => {
          const budget = new TokenBudget(settings);
          let own = 2000;
          budget.observe(own, Math.ceil(own * ratio));
          sizes.forEach((size, i) => {
            own = i % 4 === 3 ? size : own + size;
            if (i % 4 === 3) budget.newEpoch();
            expect(budget.estimate(own)).toBeGreaterThanOrEqual(Math.floor(own * ratio));
            budget.observe(own, Math.ceil(own * ratio));
          });
        },
      ),
    );
  });

  it('lets ownTokens fit: what it allows is never estimated over the limit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 500, max: 200_000 }),
        fc.double({ min: 0.5, max: 3, noNaN: true }),
        (provider, ratio) => {
          const budget = new TokenBudget(settings);
          budget.observe(1000, Math.ceil(1000 * ratio));
          budget.newEpoch();
          expect(budget.estimate(budget.ownTokens(provider))).toBeLessThanOrEqual(provider);
        },
      ),
    );
  });

  it('keeps answer and margin free in every window', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000_000 }),
        fc.integer({ min: 1, max: 100_000 }),
        (windowTokens, maxOutputTokens) => {
          const { budget, reservedOutput } = new TokenBudget({ windowTokens, maxOutputTokens });
          expect(reservedOutput).toBeGreaterThanOrEqual(1);
          expect(budget === 0 || budget + reservedOutput < windowTokens).toBe(true);
        },
      ),
    );
  });

  it('shrinks after a refusal, and forgets the guess when the provider counts', () => {
    const budget = new TokenBudget(settings);
    budget.rejected(10_000);
    expect(budget.estimate(10_000)).toBeGreaterThan(budget.budget);
    budget.observe(8000, 8000);
    expect(budget.calibration).toBe(1);
    budget.newEpoch();
    expect(budget.estimate(8000)).toBeLessThan(8000 * 1.2);
  });

  it('goes on with the calibration of the process before', () => {
    const budget = new TokenBudget(settings);
    budget.resume(1.6);
    expect(budget.estimate(1000)).toBeGreaterThanOrEqual(1600);
  });

  it('ignores a usage of nothing', () => {
    const budget = new TokenBudget(settings);
    budget.observe(1000, 0);
    expect(budget.estimate(1000)).toBe(1150);
  });
});

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { halved, log2 } from '../../../../src/engine/replacement/powersOfTwo';

it('gives logarithms to three digits', () => {
  const anything = fc.double({ min: 1e-6, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(anything, (x) => {
      expect(Math.abs(log2(x) - Math.log2(x))).toBeLessThan(1e-3);
    }),
  );
});

it('grows with what it is asked for', () => {
  const pairs = fc.tuple(
    fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
    fc.double({ min: 1, max: 10, noNaN: true }),
  );
  fc.assert(
    fc.property(pairs, ([x, more]) => {
      expect(log2(x * more)).toBeGreaterThanOrEqual(log2(x));
    }),
  );
});

it('gives what is left after some half-lives, to three digits, and nothing after very many', () => {
  const ages = fc.double({ min: 0, max: 63.9, noNaN: true });
  fc.assert(
    fc.property(ages, (age) => {
      expect(Math.abs(halved(age) / 2 ** -age - 1)).toBeLessThan(2e-3);
    }),
  );
  expect([halved(0), halved(1), halved(3), halved(64), halved(1e6)]).toEqual([1, 0.5, 0.125, 0, 0]);
});

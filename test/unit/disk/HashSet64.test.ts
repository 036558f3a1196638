import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { HashSet64 } from '../../../src/disk/HashSet64';

const digit = fc.constantFrom(...'0123456789abcdef');
/** Few different ones, so that some are met again, and whole ranges that collide. */
const hash = fc.oneof(
  fc.array(digit, { minLength: 16, maxLength: 16 }).map((digits) => digits.join('')),
  fc.nat(3000).map((n) => n.toString(16).padStart(16, '0')),
  fc.nat(3000).map((n) => n.toString(16).padStart(8, '0').padEnd(16, '0')),
);

it('holds what was added and nothing else, however many there are', () => {
  fc.assert(
    fc.property(fc.array(hash, { maxLength: 4000 }), fc.array(hash, { maxLength: 200 }), (added, others) => {
      const set = new HashSet64();
      for (const one of added) set.add(one);
      const truth = new Set(added);
      expect(set.size).toBe(truth.size);
      for (const one of [...added, ...others]) expect(set.has(one)).toBe(truth.has(one));
    }),
    { numRuns: 30 },
  );
});

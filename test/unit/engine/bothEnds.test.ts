import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bothEnds } from '../../../src/engine/bothEnds';

it('keeps whole lines of the beginning and of the end', () => {
  const lines = Array.from({ length: 50 }, (_, i) => `line ${i}`);
  const cut = bothEnds(lines.join('\n'), 100).split('\n');
  expect(cut.slice(0, 3)).toEqual(['line 0', 'line 1', 'line 2']);
  expect(cut.slice(-2)).toEqual(['line 48', 'line 49']);
  for (const line of cut) expect([...lines, '…']).toContain(line);
});

it('is never longer than asked, and never ends in half a character', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '\n', '🙁', 'ü'), maxLength: 200 });
  fc.assert(
    fc.property(text, fc.integer({ min: 10, max: 120 }), (whole, chars) => {
      const cut = bothEnds(whole, chars);
      expect(cut.isWellFormed()).toBe(true);
      if (whole.length <= chars) expect(cut).toBe(whole);
      else expect(cut.length).toBeLessThanOrEqual(chars + 3);
    }),
  );
});

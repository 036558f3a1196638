import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excerpt } from '../../../src/tools/excerpt';

describe('excerpt', () => {
  it('never exceeds its length, splits no character and shows short texts whole', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string(),
        fc.integer({ min: 1, max: 50 }),
        (text, query, max) => {
          const result = excerpt(text, query, max);
          expect(result.replaceAll('…', '').length).toBeLessThanOrEqual(max);
          expect(Buffer.from(result).toString()).toBe(result);
          const flat = text.replace(/\s+/g, ' ').trim();
          if (flat.length <= max) expect(result).toBe(flat);
        },
      ),
    );
  });

  it('shows the surroundings of the longest word of the query that occurs', () => {
    const text = `${'a b c '.repeat(100)}foo configuration bar${' x y z'.repeat(100)}`;
    expect(excerpt(text, 'the CONFIGURATION zzzzzzzzzzzzzzzz', 60)).toContain('foo configuration bar');
  });

  it('shows the place that has most of the words, not the first that has one', () => {
    const filler = 'nothing of interest here '.repeat(30);
    const text = `The Silent Anchor is late. ${filler}Amber Anchor listens at 4711. ${filler}An Amber light.`;
    expect(excerpt(text, 'On which port can one reach Amber Anchor?', 90)).toContain(
      'Amber Anchor listens at 4711',
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TermScanner } from '../../../src/disk/TermScanner';

const term = fc.stringMatching(/^[a-cé語]{1,4}$/);

describe('TermScanner', () => {
  it('finds what splitting and looking up finds', () => {
    fc.assert(
      fc.property(fc.uniqueArray(term), fc.array(term), (wanted, text) => {
        const found: number[] = [];
        const bytes = new TextEncoder().encode(text.join(' '));
        const count = new TermScanner(wanted).scan(bytes, 0, (place) => found.push(place));
        expect(found).toEqual(text.map((one) => wanted.indexOf(one)));
        expect(count).toBe(text.length);
      }),
    );
  });

  it('begins where it is told', () => {
    const found: number[] = [];
    new TermScanner(['b']).scan(new TextEncoder().encode('b a b'), 2, (place) => found.push(place));
    expect(found).toEqual([-1, 0]);
  });
});

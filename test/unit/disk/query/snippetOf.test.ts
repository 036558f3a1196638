import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { snippetOf } from '../../../../src/disk/query/snippetOf';

const query = (terms: Record<string, number>, literals: readonly string[] = []) => ({
  weights: new Map(Object.entries(terms)),
  literals,
  memory: new Map<string, readonly string[]>(),
});

describe('snippetOf', () => {
  const page = 'import x\n\nfunction flushQueue(page) {\n  // evicts the oldest pages\n  return page;\n}\n';

  it('takes the lines that together have most of the query, and marks what matched, stems and parts of names included', () => {
    expect(snippetOf(page, 40, query({ evict: 3, flush: 2, page: 1 }), [])).toEqual([
      {
        line: 42,
        text: 'function flushQueue(page) {',
        ranges: [
          [9, 19],
          [20, 24],
        ],
      },
      {
        line: 43,
        text: '// evicts the oldest pages',
        ranges: [
          [3, 9],
          [21, 26],
        ],
      },
    ]);
  });

  it('gives the lines that are wanted, and the first where nothing matches', () => {
    expect(snippetOf(page, 40, query({ evict: 3 }), [44]).map(({ line }) => line)).toEqual([43, 44]);
    expect(snippetOf(page, 40, query({ zebra: 3 }), [])).toEqual([
      { line: 40, text: 'import x', ranges: [] },
    ]);
    expect(snippetOf('\n\n', 1, query({ zebra: 3 }), [])).toEqual([]);
  });

  it('prefers quoted text, with its case when it has a capital', () => {
    const text = 'flush flush\nThe Queue\nthe queue';
    expect(snippetOf(text, 1, query({ flush: 5 }, ['The Queue']), [])).toEqual([
      {
        line: 1,
        text: 'flush flush',
        ranges: [
          [0, 5],
          [6, 11],
        ],
      },
      { line: 2, text: 'The Queue', ranges: [[0, 9]] },
    ]);
    expect(snippetOf(text, 1, query({}, ['the queue']), []).map(({ line }) => line)).toEqual([2]);
  });

  it('is short, and marks whole matches inside the text it shows, whatever the page', () => {
    const unit = fc.oneof(
      fc.constantFrom('flush', ' ', '\n', 'x', '😀', '\t'),
      fc.string({ unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 400 }), (units) => {
        const text = units.join('');
        const lines = snippetOf(text, 7, query({ flush: 1, x: 2 }, ['flush x']), []);
        expect(lines.length).toBeLessThanOrEqual(5);
        for (const { line, text: shown, ranges } of lines) {
          expect(text.split('\n')[line - 7]).toContain(shown);
          expect(shown.length).toBeLessThanOrEqual(160);
          expect(shown.isWellFormed() || !text.isWellFormed()).toBe(true);
          let last = 0;
          for (const [start, end] of ranges) {
            expect(start).toBeGreaterThanOrEqual(last);
            expect(end).toBeGreaterThan(start);
            last = end;
          }
          expect(last).toBeLessThanOrEqual(shown.length);
        }
      }),
    );
  });
});

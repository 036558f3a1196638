import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PostingLists } from '../../../../src/disk/recall/PostingLists';

function read(lists: PostingLists, term: string): [number, number][] {
  const id = lists.id(term);
  if (id === undefined) return [];
  const documents = new Int32Array(lists.length(id));
  const counts = new Uint16Array(lists.length(id));
  lists.read(id, documents, counts);
  return [...documents].map((document, k) => [document, counts[k] ?? 0]);
}

describe('PostingLists', () => {
  it('gives back what was added, however the lists grow among each other', () => {
    const posting = fc.record({
      term: fc.integer({ min: 0, max: 5 }),
      distance: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 1_000_000 })),
      count: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 0xffff })),
    });
    fc.assert(
      fc.property(fc.array(posting, { maxLength: 1500, size: 'max' }), (postings) => {
        const lists = new PostingLists();
        const expected = new Map<string, [number, number][]>();
        let document = 0;
        for (const { term, distance, count } of postings) {
          document += distance + 1;
          const name = `t${term}`;
          lists.add(lists.intern(name), document, count);
          expected.set(name, [...(expected.get(name) ?? []), [document, count]]);
        }
        for (const [name, list] of expected) expect(read(lists, name)).toEqual(list);
        expect(read(lists, 'never')).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it('holds lists that are longer than a block of its memory', () => {
    const lists = new PostingLists();
    const [long, other] = [lists.intern('long'), lists.intern('other')];
    for (let document = 0; document < 600_000; document++) {
      lists.add(long, document, 1 + (document % 3));
      if (document % 1000 === 0) lists.add(other, document, 1);
    }
    const found = read(lists, 'long');
    expect(found).toHaveLength(600_000);
    expect(found.every(([document, count], i) => document === i && count === 1 + (i % 3))).toBe(true);
    expect(read(lists, 'other').map(([document]) => document)).toEqual(
      Array.from({ length: 600 }, (_, i) => i * 1000),
    );
  });
});

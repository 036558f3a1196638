import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { missingRanges, PageTable } from '../../../src/engine/PageTable';
import type { FilePage } from '../../../src/engine/pages';
import { newPage, start } from '../../support/newPage';

const range = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 20 }))
  .map(([startLine, length]) => ({ startLine, endLine: startLine + length }));

function linesOf(ranges: readonly { startLine: number; endLine: number }[]): number[] {
  return ranges.flatMap(({ startLine, endLine }) =>
    Array.from({ length: endLine - startLine + 1 }, (_, i) => startLine + i),
  );
}

it('misses exactly the wanted lines that nothing covers, in ascending ranges that do not touch', () => {
  fc.assert(
    fc.property(range, fc.array(range, { maxLength: 8 }), (wanted, covered) => {
      const missing = missingRanges(wanted, covered);
      const held = new Set(linesOf(covered));
      expect(linesOf(missing)).toEqual(linesOf([wanted]).filter((line) => !held.has(line)));
      for (const [i, next] of missing.slice(1).entries())
        expect(next.startLine).toBeGreaterThan((missing[i]?.endLine ?? 0) + 1);
    }),
  );
});

describe('PageTable', () => {
  const page = (start: number): FilePage => ({
    address: `file:p/a.ts#L${start}-L${start + 4}@0123456789abcdef`,
    path: 'a.ts',
    startLine: start,
    endLine: start + 4,
    source: 'hash',
    version: '1',
  });
  const evicted = (start: number, seq: number) =>
    ({ address: page(start).address, seq, kind: 'file', tokens: 10, label: 'a.ts' }) as const;

  it('keeps a page that a later entry holds when the earlier one is evicted', () => {
    const table = new PageTable();
    table.admit(newPage(page(1), 5), start);
    table.admit(newPage(page(1), 9), start);
    table.evict([evicted(1, 5)]);
    expect(table.get(page(1).address)?.seq).toBe(9);
    expect(table.evictedPages()).toEqual([]);
    table.evict([evicted(1, 9)]);
    expect(table.get(page(1).address)).toBeUndefined();
    expect(table.wasEvicted(page(1).address)).toBe(true);
  });

  it('has a page resident or evicted, never both', () => {
    const act = fc.record({ admit: fc.boolean(), line: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(fc.array(act), (acts) => {
        const table = new PageTable();
        acts.forEach(({ admit, line }, seq) => {
          if (admit) table.admit(newPage(page(line), seq), start);
          else table.evict([evicted(line, table.get(page(line).address)?.seq ?? seq)]);
        });
        for (const { address } of table.evictedPages()) expect(table.get(address)).toBeUndefined();
        for (const { address } of table.pages()) expect(table.wasEvicted(address)).toBe(false);
      }),
    );
  });

  it('offers stale pages no more until they are shown again', () => {
    const table = new PageTable();
    table.admit(newPage(page(1), 1), start);
    table.admit(newPage(page(11), 1), start);
    table.markStale(page(1).address);
    expect(table.freshPagesOf('a.ts').map((fresh) => fresh.startLine)).toEqual([11]);
    expect(table.freshPagesOf('b.ts')).toEqual([]);
    table.admit(newPage(page(1), 2), start);
    expect(table.freshPagesOf('a.ts')).toHaveLength(2);
  });

  it('takes up a new version of a file whose lines are the same', () => {
    const table = new PageTable();
    table.admit(newPage(page(1), 1), start);
    table.confirm(page(1).address, '2');
    table.confirm('file:none', '2');
    expect(table.pages().map((known) => known.version)).toEqual(['2']);
  });
});

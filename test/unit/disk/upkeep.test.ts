import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backlogLimit, worthNow, worthWhenIdle } from '../../../src/disk/upkeep';

it('leaves nothing unindexed in a small table, and a bounded number of rows in a large one', () => {
  expect(backlogLimit(299)).toBe(0);
  fc.assert(
    fc.property(fc.nat(5_000_000), fc.nat(1000), (rows, more) => {
      expect(backlogLimit(rows + more)).toBeGreaterThanOrEqual(backlogLimit(rows));
      expect(backlogLimit(rows)).toBeLessThanOrEqual(Math.max(rows * 0.06, 0));
      expect(backlogLimit(rows)).toBeLessThanOrEqual(2000);
    }),
  );
});

it('optimises at once what would spoil scores or pile up files, and waits for a pause with the rest', () => {
  expect(worthNow({ rows: 100, unindexedRows: 1, commits: 1 }, true)).toBe(true);
  expect(worthNow({ rows: 50_000, unindexedRows: 70, commits: 30 }, true)).toBe(false);
  expect(worthWhenIdle({ rows: 50_000, unindexedRows: 70, commits: 30 })).toBe(true);
  expect(worthNow({ rows: 50_000, unindexedRows: 400, commits: 30 }, true)).toBe(true);
  expect(worthNow({ rows: 50_000, unindexedRows: 400, commits: 30 }, false)).toBe(false);
  expect(worthNow({ rows: 50_000, unindexedRows: 0, commits: 500 }, false)).toBe(true);
  expect(worthNow({ rows: 10, unindexedRows: 0, commits: 0 }, true)).toBe(false);
  expect(worthWhenIdle({ rows: 50_000, unindexedRows: 5, commits: 2 })).toBe(false);
});

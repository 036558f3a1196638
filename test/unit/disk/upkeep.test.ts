import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backlogLimit, worthInAPause, worthNow, worthWhenIdle } from '../../../src/disk/upkeep';

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
  const table = { rows: 50_000, unindexedRows: 0, commits: 30 };
  expect(worthNow({ rows: 100, unindexedRows: 1, commits: 1 }, true)).toBe(true);
  expect(worthNow({ rows: 10, unindexedRows: 0, commits: 0 }, true)).toBe(false);
  expect(worthInAPause({ ...table, unindexedRows: 70 }, true)).toBe(false);
  expect(worthWhenIdle({ ...table, unindexedRows: 70 })).toBe(true);
  expect(worthWhenIdle({ ...table, unindexedRows: 5 })).toBe(false);
  expect(worthInAPause({ ...table, unindexedRows: 400 }, true)).toBe(true);
  expect(worthInAPause({ ...table, unindexedRows: 400 }, false)).toBe(false);
  expect(worthNow({ ...table, unindexedRows: 400 }, true)).toBe(false);
  expect(worthNow({ ...table, unindexedRows: 1000 }, true)).toBe(true);
  expect(worthInAPause({ ...table, commits: 500 }, false)).toBe(true);
  expect(worthNow({ ...table, commits: 500 }, false)).toBe(false);
  expect(worthNow({ ...table, commits: 1500 }, false)).toBe(true);
});

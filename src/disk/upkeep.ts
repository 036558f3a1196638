/**
 * When a table is worth optimising. LanceDB 0.27 finds rows that are not in the full-text index yet by reading them, some
 * 16 µs a row, and scores them 0.3 to 1 % too low (it counts each occurrence of a term in them as another document); in a
 * small table the same error is large. An optimisation rewrites the table below a million rows: 0.6 s at 20,000 pages, 1 to
 * 2.5 s at 60,000.
 */

/** What was written to a table since its last optimisation. */
export interface Backlog {
  /** Rows of the whole table. */
  readonly rows: number;
  readonly unindexedRows: number;
  /** Writes and deletions: each leaves a version, each write a file. */
  readonly commits: number;
}

/** Under so many rows each written one spoils the scores, and optimising costs nothing. */
const smallTable = 300;
/** A small share of new rows in a table of some size. */
const worthShare = 0.01;
const leastRows = 16;
/** 300 rows cost a query 5 ms; tables for which that is much have seen more. */
const mostRows = 300;
const largeShare = 1 / 200;
const largestBacklog = 2000;
const mostCommits = 400;
/** So many times the limit is too much to wait for a pause. */
const overdue = 3;
/** What is worth doing when nothing else is to be done. */
const idleRows = 64;
const idleCommits = 64;

/** @returns rows that may stay unindexed in a table of `rows` */
export function backlogLimit(rows: number): number {
  if (rows < smallTable) return 0;
  const usual = Math.min(mostRows, Math.max(leastRows, rows * worthShare));
  return Math.min(largestBacklog, Math.max(usual, rows * largeShare));
}

/** @param searched whether the table has a full-text index, whose scores suffer */
export function worthInAPause({ rows, unindexedRows, commits }: Backlog, searched: boolean): boolean {
  return commits > mostCommits || unindexedRows > (searched ? backlogLimit(rows) : largestBacklog);
}

/** Writers wait meanwhile: only when waiting for a pause would do more harm. */
export function worthNow(backlog: Backlog, searched: boolean): boolean {
  if (backlog.unindexedRows === 0 && backlog.commits === 0) return false;
  if (searched && backlog.rows < smallTable) return true;
  const part = {
    ...backlog,
    unindexedRows: backlog.unindexedRows / overdue,
    commits: backlog.commits / overdue,
  };
  return worthInAPause(part, searched);
}

/** @returns whether to optimise while nobody writes */
export function worthWhenIdle({ unindexedRows, commits }: Backlog): boolean {
  return unindexedRows >= idleRows || commits >= idleCommits;
}

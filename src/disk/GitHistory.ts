import { setTimeout } from 'node:timers/promises';
import type { Table } from 'apache-arrow';
import type { Database } from './Database';
import { headCommit, isAncestor, type LoggedCommit, readLog } from './gitLog';
import { type Commit, HistoryIndex } from './HistoryIndex';
import { quote } from './sql';

/** Older commits are forgotten. */
const maxCommits = 10_000;
/** A history that is shorter says nothing that can be relied on. */
const minCommits = 20;
/** A search waits this long for a history that is being read for the first time, ms. */
const patience = 2_000;
/** Between the files of a commit, and between the names of a move. */
const lineMark = '\n';
const moveMark = '\0';

interface CommitRow {
  readonly root: string;
  readonly hash: string;
  /** Greater for newer commits. */
  readonly sequence: number;
  readonly toks: string;
  readonly files: string;
  readonly moves: string;
}

const columns = ['root', 'hash', 'sequence', 'toks', 'files', 'moves'];

/**
 * The latest commits of each workspace folder, in a table and, ready to be asked, in memory. Only what is reachable from HEAD
 * counts. Where there is no git, no repository or too short a history there is nothing, and search does without.
 */
export class GitHistory {
  private readonly indices = new Map<string, HistoryIndex>();
  private readonly heads = new Map<string, string>();
  private running: Promise<void> | undefined;
  private readonly abort = new AbortController();

  /** @param exists whether a file of a root is indexed */
  constructor(
    private readonly database: Database,
    private readonly exists: (root: string, rel: string) => boolean,
  ) {}

  /** Waits a little for a history that is being read for the first time. */
  async settled(): Promise<void> {
    if (this.heads.size > 0 || !this.running) return;
    const timer = new AbortController();
    const late = setTimeout(patience, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([this.running, late]);
    timer.abort();
  }

  /** @returns undefined where there is no history */
  of(root: string): HistoryIndex | undefined {
    return this.indices.get(root);
  }

  /** Takes in what HEAD has now; nothing to do costs one `git rev-parse` for each root. Never throws. */
  refresh(roots: readonly string[]): Promise<void> {
    this.running ??= this.refreshAll(roots)
      // History is a hint: without it search goes on as before.
      .catch(() => undefined)
      .finally(() => {
        this.running = undefined;
      });
    return this.running;
  }

  async dispose(): Promise<void> {
    this.abort.abort();
    await this.running;
  }

  private async refreshAll(roots: readonly string[]): Promise<void> {
    for (const root of roots) {
      const head = await headCommit(root, this.abort.signal);
      if (head === undefined) {
        this.heads.delete(root);
        this.indices.delete(root);
      } else if (this.heads.get(root) !== head) {
        const rows = await this.update(root, head);
        this.abort.signal.throwIfAborted();
        await this.load(root, rows);
        this.heads.set(root, head);
      }
    }
  }

  /** @returns the root's commits, newest first, as they are in the table now */
  private async update(root: string, head: string): Promise<Iterable<CommitRow>> {
    const where = `root = ${quote(root)}`;
    const table = new CommitTable(await this.database.commits.columns(columns, where));
    const newest = table.at(0);
    if (newest?.hash === head) return table.first(maxCommits);
    const since =
      newest && (await isAncestor(root, newest.hash, this.abort.signal)) ? newest.hash : undefined;
    const log = await readLog(root, maxCommits, since, this.abort.signal);
    if (!log) return since === undefined ? [] : table.first(maxCommits);
    const before = since === undefined ? 0 : (newest?.sequence ?? 0);
    const fresh = log.map((commit, i) => rowOf(root, commit, before + log.length - i));
    const kept = since === undefined ? 0 : Math.min(table.length, maxCommits - fresh.length);
    if (table.length > kept) {
      const oldest = table.at(kept - 1)?.sequence;
      await this.database.commits.delete(oldest === undefined ? where : `${where} AND sequence < ${oldest}`);
    }
    await this.database.commits.add(fresh.map((row) => ({ ...row })));
    return chained(fresh, table.first(kept));
  }

  private async load(root: string, rows: Iterable<CommitRow>): Promise<void> {
    const index = await HistoryIndex.of(renamed(rows), (rel) => this.exists(root, rel));
    if (index.commits < minCommits) this.indices.delete(root);
    else this.indices.set(root, index);
  }
}

function* chained<Item>(...parts: readonly Iterable<Item>[]): Generator<Item> {
  for (const part of parts) yield* part;
}

/** Rows of the table, newest first, each read when it is asked for. */
class CommitTable {
  private readonly order: Int32Array;

  constructor(private readonly rows: Table) {
    const sequence = rows.getChild('sequence');
    this.order = Int32Array.from({ length: rows.numRows }, (_, i) => i).sort(
      (a, b) => Number(sequence?.get(b)) - Number(sequence?.get(a)),
    );
  }

  get length(): number {
    return this.order.length;
  }

  at(place: number): CommitRow | undefined {
    const row = this.order[place];
    if (row === undefined) return undefined;
    const text = (name: string) => String(this.rows.getChild(name)?.get(row) ?? '');
    return {
      root: text('root'),
      hash: text('hash'),
      sequence: Number(this.rows.getChild('sequence')?.get(row)),
      toks: text('toks'),
      files: text('files'),
      moves: text('moves'),
    };
  }

  *first(count: number): Generator<CommitRow> {
    for (let i = 0; i < Math.min(count, this.length); i++) yield this.at(i) as CommitRow;
  }
}

function rowOf(root: string, commit: LoggedCommit, sequence: number): CommitRow {
  return {
    root,
    hash: commit.hash,
    sequence,
    toks: commit.toks,
    files: commit.files.join(lineMark),
    moves: commit.moves.map((move) => move.join(moveMark)).join(lineMark),
  };
}

/** Commits with the paths that their files have now, as far as they were moved without a change. */
function* renamed(rows: Iterable<CommitRow>): Generator<Commit> {
  const now = new Map<string, string>();
  const current = (path: string) => now.get(path) ?? path;
  for (const { toks, files, moves } of rows) {
    yield { toks, files: files === '' ? [] : [...new Set(files.split(lineMark).map(current))] };
    for (const move of moves === '' ? [] : moves.split(lineMark)) {
      const [before = '', after = ''] = move.split(moveMark);
      now.set(before, current(after));
    }
  }
}

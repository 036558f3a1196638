import type { SharedIndexStatus } from '../engine/indexStatus';
import type { TermStatistics } from './bm25';
import type { FileKey } from './Catalog';
import { reasonOf } from './loadLance';
import type { WorkspaceRoot } from './protocol';
import { SharedStore } from './SharedStore';
import type { SharedLocation } from './sharedLocation';
import { isOneOf, quote } from './sql';
import type { TermQuery } from './TableQueries';

/** Between two attempts to reach it, ms; doubling. */
const firstRetry = 5000;
const lastRetry = 60_000;
/** How often a reader looks whether the writer has been there, ms. */
const refreshInterval = 60_000;
/** A search that the store does not answer within this long goes on without it, ms. */
const patience = 4000;

type Row = Record<string, unknown>;

interface SharedRoot {
  /** Its name in the shared index. */
  readonly name: string;
  readonly pages: number;
  readonly tokens: number;
  readonly time: number;
  /** By path. */
  readonly files: ReadonlyMap<string, SharedFile>;
}

interface SharedFile {
  /** SHA-256. */
  readonly hash: string;
  readonly pages: number;
}

/**
 * A shared index as one workspace reads it. Its roots are found by the names of the workspace's folders. When it cannot be
 * reached it holds nothing, so that everything is indexed here, and it is tried again.
 */
export class SharedIndex {
  private store: SharedStore | undefined;
  /** By absolute path of the workspace folder. */
  private roots = new Map<string, SharedRoot>();
  private failure: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  /** @param onChange called when what it holds, or whether it can be reached, has changed */
  constructor(
    private readonly location: SharedLocation,
    private readonly folders: readonly WorkspaceRoot[],
    private readonly onChange: () => void,
  ) {}

  get status(): SharedIndexStatus {
    const { uri } = this.location;
    if (this.failure !== undefined) return { uri, state: 'unreachable', message: this.failure };
    return { uri, state: this.store ? 'ready' : 'connecting', message: '' };
  }

  /** Connects, or says why not in `status`. Never throws. */
  async open(): Promise<void> {
    await this.attempt(firstRetry);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  /** A file as it is indexed there; undefined when it is not. */
  get({ root, rel }: FileKey): SharedFile | undefined {
    return this.roots.get(root)?.files.get(rel);
  }

  get pageCount(): number {
    return [...this.roots.values()].reduce((sum, { pages }) => sum + pages, 0);
  }

  get isReady(): boolean {
    return this.store !== undefined && this.roots.size > 0;
  }

  /** As `LanceTable.searchTerms`; nothing when it cannot be reached. */
  searchTerms(query: TermQuery): Promise<Row[]> {
    return this.ask(async (store) => {
      const where = this.mine(query.where);
      return this.withFolders(await store.pages.searchTerms({ ...query, where }));
    }, []);
  }

  /** As `LanceTable.matches`. */
  matches(
    columns: readonly string[],
    terms: readonly string[] | undefined,
    where: string | undefined,
  ): Promise<Row[]> {
    return this.ask(
      async (store) => this.withFolders(await store.pages.matches(columns, terms, this.mine(where))),
      [],
    );
  }

  /** Rows of the symbols table. */
  symbols(columns: readonly string[], where: string): Promise<Row[]> {
    return this.ask(
      async (store) => this.withFolders(await store.symbols.rows(columns, this.mine(where))),
      [],
    );
  }

  /** As `LanceTable.sample`, of all roots that are stored there. */
  sample(columns: readonly string[], count: number): Promise<Row[]> {
    return this.ask((store) => store.pages.sample(columns, count), []);
  }

  /** Pages by id. */
  rows(columns: readonly string[], ids: readonly string[]): Promise<Row[]> {
    if (ids.length === 0) return Promise.resolve([]);
    return this.ask(
      async (store) => this.withFolders(await store.pages.rows([...columns], isOneOf('id', ids))),
      [],
    );
  }

  /** What BM25 must know to score a page as if it stood in there; undefined when it cannot be asked. */
  statistics(terms: readonly string[]): Promise<TermStatistics | undefined> {
    return this.ask(async (store) => {
      const roots = [...this.roots.values()];
      const names = roots.map(({ name }) => name);
      const where = `${isOneOf('term', terms)} AND ${isOneOf('root', names)}`;
      const counts = new Map<string, number>();
      for (const row of await store.terms.rows(['term', 'pages'], where)) {
        const term = String(row.term);
        counts.set(term, (counts.get(term) ?? 0) + Number(row.pages));
      }
      const documents = roots.reduce((sum, { pages }) => sum + pages, 0);
      const tokens = roots.reduce((sum, root) => sum + root.tokens, 0);
      return {
        documents,
        averageLength: tokens / Math.max(1, documents),
        frequency: (term: string) => counts.get(term) ?? 1,
      };
    }, undefined);
  }

  /** A filter on workspace folders as one on those shared roots that are theirs. */
  private mine(where: string | undefined): string {
    const names = [...this.roots.values()].map(({ name }) => name);
    const mine = isOneOf('root', names);
    return where === undefined ? mine : `${mine} AND (${this.theirs(where)})`;
  }

  /** A filter on workspace folders as one on shared roots. */
  private theirs(where: string): string {
    let filter = where;
    for (const [path, { name }] of this.roots)
      filter = filter.replaceAll(`root = ${quote(path)}`, `root = ${quote(name)}`);
    return filter;
  }

  private withFolders(rows: readonly Row[]): Row[] {
    const paths = new Map([...this.roots].map(([path, { name }]) => [name, path]));
    return rows.map((row) => ({
      ...row,
      ...(row.root === undefined ? {} : { root: paths.get(String(row.root)) ?? '' }),
    }));
  }

  private async ask<Result>(
    act: (store: SharedStore) => Promise<Result>,
    otherwise: Result,
  ): Promise<Result> {
    const { store } = this;
    if (!store || this.roots.size === 0) return otherwise;
    try {
      return await within(act(store), patience);
    } catch (error) {
      this.lost(error, firstRetry);
      return otherwise;
    }
  }

  private async attempt(retry: number): Promise<void> {
    try {
      const store = this.store ?? (await within(SharedStore.open(this.location, 'read'), 5 * patience));
      const roots = await within(this.read(store), 30 * patience);
      if (this.closed) return;
      const changed =
        !this.store || [...roots].some(([path, { time }]) => this.roots.get(path)?.time !== time);
      this.store = store;
      this.roots = roots;
      this.failure = undefined;
      if (changed) this.onChange();
      this.again(refreshInterval, firstRetry);
    } catch (error) {
      this.lost(error, retry);
    }
  }

  private lost(error: unknown, retry: number): void {
    if (this.closed) return;
    const known = this.failure !== undefined;
    this.failure = reasonOf(error).slice(0, 200);
    this.store = undefined;
    this.roots = new Map();
    if (!known) this.onChange();
    this.again(retry, Math.min(lastRetry, retry * 2));
  }

  private again(time: number, retry: number): void {
    clearTimeout(this.timer);
    if (!this.closed) this.timer = setTimeout(() => void this.attempt(retry), time).unref();
  }

  private async read(store: SharedStore): Promise<Map<string, SharedRoot>> {
    const known = await store.roots.rows(['root', 'pages', 'tokens', 'time']);
    const found = new Map<string, SharedRoot>();
    for (const { name, path } of this.folders) {
      // A clone may be called anything: one folder and one root belong together.
      const only = this.folders.length === 1 && known.length === 1 ? known[0] : undefined;
      const row = known.find(({ root }) => root === name) ?? only;
      if (!row) continue;
      const [root, pages, tokens, time] = [
        String(row.root),
        Number(row.pages),
        Number(row.tokens),
        Number(row.time),
      ];
      const before = this.roots.get(path);
      if (before?.time === time) found.set(path, before);
      else found.set(path, { name: root, pages, tokens, time, files: await readFiles(store, root) });
    }
    return found;
  }
}

async function readFiles(store: SharedStore, root: string): Promise<Map<string, SharedFile>> {
  const files = await store.files.columns(['rel', 'hash', 'pages'], `root = ${quote(root)}`);
  const [rels, hashes, pages] = ['rel', 'hash', 'pages'].map((name) => files.getChild(name));
  const found = new Map<string, SharedFile>();
  for (let i = 0; i < files.numRows; i++)
    found.set(rels?.get(i), { hash: hashes?.get(i), pages: pages?.get(i) });
  return found;
}

function within<Result>(promise: Promise<Result>, ms: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}

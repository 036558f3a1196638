import { bm25 } from './bm25';
import type { Catalog, FileKey } from './Catalog';
import type { Database } from './Database';
import type { SharedIndex } from './SharedIndex';
import { isOneOf } from './sql';
import type { TermQuery } from './TableQueries';

type Row = Record<string, unknown>;

/** More is asked of the shared index than is wanted: some of it is masked. */
const margin = 1.5;
const decoder = new TextDecoder();

/**
 * The pages of a workspace: those of files that are as in the shared index come from there, the others from the store of this
 * machine. Without a shared index all are here.
 */
export class OverlaidPages {
  /** @param shared the index of the moment, if there is one */
  constructor(
    private readonly database: Database,
    private readonly catalog: Catalog,
    private readonly shared: () => SharedIndex | undefined,
  ) {}

  /** As `LanceTable.searchTerms`; scores are comparable wherever a page comes from. */
  async searchTerms(query: TermQuery): Promise<Row[]> {
    const shared = this.shared();
    if (!shared?.isReady || query.terms.length === 0) return this.database.pages.searchTerms(query);
    const columns = [...new Set([...query.columns, 'root', 'rel'])];
    const bytes = [...new Set([...(query.bytes ?? []), 'toks'])];
    const [theirs, ours, statistics] = await Promise.all([
      shared.searchTerms({ ...query, columns, limit: Math.ceil(query.limit * margin) }),
      this.database.pages.searchTerms({ ...query, columns, bytes }),
      shared.statistics(query.terms),
    ]);
    const rescored = ours.map((row) => {
      const toks = decoder.decode(row.toks as Uint8Array).split(' ');
      const score = statistics ? bm25(query.terms, toks, statistics) : Number(row._score);
      const shown = [...columns, ...(query.bytes ?? [])];
      return { ...Object.fromEntries(shown.map((name) => [name, row[name]])), _score: score };
    });
    const shown = theirs.filter((row) => this.isShared(row as unknown as FileKey, shared));
    return [...shown, ...rescored].sort((a, b) => Number(b._score) - Number(a._score)).slice(0, query.limit);
  }

  /** Pages that have a term and meet a condition, or all that meet it when `terms` is undefined; in no order. */
  async matches(
    columns: readonly string[],
    terms: readonly string[] | undefined,
    where: string | undefined,
  ): Promise<Row[]> {
    const wanted = [...new Set([...columns, 'root', 'rel'])];
    const shared = this.shared();
    const [ours, theirs] = await Promise.all([
      this.database.pages.matches(wanted, terms, where),
      shared?.isReady ? shared.matches(wanted, terms, where) : [],
    ]);
    if (!shared) return ours;
    return [...ours, ...theirs.filter((row) => this.isShared(row as unknown as FileKey, shared))];
  }

  /** How many pages `matches` would give. */
  async countMatches(terms: readonly string[], where: string | undefined): Promise<number> {
    if (this.shared()?.isReady) return (await this.matches([], terms, where)).length;
    return this.database.pages.countMatches(terms, where);
  }

  /** Rows of the symbols table. */
  async symbols(columns: readonly string[], where: string): Promise<Row[]> {
    const wanted = [...new Set([...columns, 'root', 'rel'])];
    const shared = this.shared();
    const [ours, theirs] = await Promise.all([
      this.database.symbols.rows(wanted, where),
      shared?.isReady ? shared.symbols(wanted, where) : [],
    ]);
    if (!shared) return ours;
    return [...ours, ...theirs.filter((row) => this.isShared(row as unknown as FileKey, shared))];
  }

  /** Pages by id, in no order. */
  async byId(columns: readonly string[], ids: readonly string[]): Promise<Row[]> {
    const wanted = [...new Set(['id', ...columns, 'root'])];
    const ours = await this.database.pages.rows(wanted, isOneOf('id', ids));
    const shared = this.shared();
    if (!shared?.isReady || ours.length === ids.length) return ours;
    const found = new Set(ours.map((row) => row.id));
    const theirs = await shared.rows(
      wanted,
      ids.filter((id) => !found.has(id)),
    );
    return [...ours, ...theirs];
  }

  /** How many pages there are in all, masked ones included. */
  get pageCount(): number {
    return this.catalog.counts.pages + (this.shared()?.pageCount ?? 0);
  }

  /** How many pages a file has; undefined when it is not known. */
  pagesOf(file: FileKey): number | undefined {
    const known = this.catalog.get(file);
    return known?.state === 'shared' ? this.shared()?.get(file)?.pages : known?.pages;
  }

  /** Up to `count` pages, drawn evenly. */
  async sample(columns: readonly string[], count: number): Promise<Row[]> {
    const shared = this.shared();
    const share = (shared?.pageCount ?? 0) / Math.max(1, this.pageCount);
    const [theirs, ours] = await Promise.all([
      shared?.sample(columns, Math.round(count * share)) ?? [],
      this.database.pages.sample(columns, Math.round(count * (1 - share))),
    ]);
    return [...theirs, ...ours];
  }

  /** The file is here, and as it is there. */
  private isShared(file: FileKey, shared: SharedIndex): boolean {
    const known = this.catalog.get(file);
    return known?.state === 'shared' && known.hash === shared.get(file)?.hash;
  }
}

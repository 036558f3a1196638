import ignore from 'ignore';
import { globPatterns } from '../engine/globPatterns';
import type { CodeHit, SearchPage } from '../engine/ports';
import { type FileKey, keyOf, rowsOf } from './Catalog';
import type { GitHistory } from './GitHistory';
import type { PastAnswer } from './HistoryIndex';
import type { Indexer } from './Indexer';
import type { LivePages, StoredPlace } from './LivePages';
import type { OverlaidPages } from './OverlaidPages';
import { type CandidatePage, weighingOf } from './pageEvidence';
import { paginate } from './paginate';
import type { CodeQuery } from './protocol';
import { type QueryTraits, readQuery } from './QueryTraits';
import { explain, type RankedPage, rankPages } from './rankFiles';
import { isOneOf } from './sql';
import { type SampledPage, TermStatistics } from './TermStatistics';
import type { VectorCandidates } from './VectorCandidates';
import { workspacePath } from './workspacePath';

/** Pages the full-text search contributes. */
const candidates = 300;
/** Files that history would answer with, by similar commits and by messages, and what is looked up of their pages. */
const historyFiles = 12;
const historyPages = 60;
/** With a glob that matches more files than this the filter is applied to a longer list instead of inside the query. */
const maxFilterFiles = 1000;
const longList = 2000;
/** Pages that term statistics are counted on, and by how much the number of pages may differ before they are again. */
const sampledPages = 4000;
const growth = 1.3;

const columns = ['id', 'root', 'rel', 'language', 'symbol', 'names'];
const placeColumns = ['id', 'root', 'rel', 'startByte', 'endByte', 'hash'];
const hitColumns = [...placeColumns, 'startLine', 'endLine', 'symbol', 'language', 'text'];

/** Finds pages of the workspace by a question or by names. */
export class WorkspaceSearch {
  private statistics: { readonly terms: TermStatistics; readonly pages: number } | undefined;
  private counting: Promise<TermStatistics> | undefined;

  constructor(
    private readonly source: OverlaidPages,
    private readonly indexer: Indexer,
    private readonly history: GitHistory,
    private readonly live: LivePages,
    private readonly vectors: VectorCandidates,
  ) {}

  async search(query: CodeQuery, signal: AbortSignal): Promise<SearchPage<CodeHit>> {
    const traits = readQuery(query.text);
    const filter = this.filter(query.glob);
    const accepts = query.glob === undefined ? undefined : filter.accepts;
    const nearest = this.vectors.find(query.text, traits.terms, accepts, signal);
    // Whoever fails first, the other is not left alone with its failure.
    nearest.catch(() => undefined);
    await this.history.settled();
    const past = this.pastOf(traits);
    const [statistics, byTerms, byHistory, byVectors] = await Promise.all([
      this.termStatistics(),
      this.byTerms(traits.terms, filter),
      this.byHistory(traits.terms, past, filter),
      nearest,
    ]);
    signal.throwIfAborted();
    const stored = new Map([...byTerms, ...byHistory].map((page) => [page.id, page]));
    for (const page of byVectors)
      stored.set(page.id, { ...page, score: stored.get(page.id)?.score ?? page.score });
    const weighing = weighingOf(traits, statistics);
    const found = this.live.candidates([...stored.values()], weighing, filter.accepts);
    const ranked = rankPages(found, weighing, (page) => ({
      pages: this.source.pagesOf(page) ?? 1,
      past: past.get(page.root),
    }));
    const { shown, changed } = await this.paginateLive(ranked, query);
    return { ...shown, hits: await this.hits(shown.hits, changed, query.explain ?? false) };
  }

  /** A page of results without those of files that are gone, and which files have changed. */
  private async paginateLive(
    ranked: readonly RankedPage[],
    { page, pageSize }: CodeQuery,
  ): Promise<{ readonly shown: SearchPage<RankedPage>; readonly changed: ReadonlySet<string> }> {
    const first = paginate(ranked, page, pageSize);
    const { changed, anyGone } = await this.live.lookAt(first.hits.map((hit) => hit.page));
    if (!anyGone) return { shown: first, changed };
    const all = await this.live.lookAt(ranked.map((hit) => hit.page));
    const there = ranked.filter((hit) => !this.live.isGone(hit.page));
    return { shown: paginate(there, page, pageSize), changed: all.changed };
  }

  /** Counts how common terms are when the workspace has changed so much that it matters; the last count serves meanwhile. */
  async termStatistics(): Promise<TermStatistics> {
    const pages = this.source.pageCount;
    const known = this.statistics;
    if (known && pages <= known.pages * growth && pages >= known.pages / growth) return known.terms;
    this.counting ??= this.count(pages).finally(() => {
      this.counting = undefined;
    });
    return known?.terms ?? this.counting;
  }

  private async count(pages: number): Promise<TermStatistics> {
    const sample = await this.source.sample(['toks', 'head'], sampledPages);
    const terms = await TermStatistics.of(sample as unknown as SampledPage[]);
    this.statistics = { terms, pages };
    return terms;
  }

  private pastOf(traits: QueryTraits): ReadonlyMap<string, PastAnswer> {
    return new Map(
      this.indexer.workspaceRoots.flatMap(({ path }) => {
        const index = this.history.of(path);
        return index ? [[path, index.ask(traits)] as const] : [];
      }),
    );
  }

  private async byTerms(terms: readonly string[], filter: Filter): Promise<CandidatePage[]> {
    if (filter.longList) return this.fromLongList(terms, filter);
    return this.pages(terms, candidates, filter.where);
  }

  private async fromLongList(terms: readonly string[], filter: Filter): Promise<CandidatePage[]> {
    const rows = await this.source.searchTerms({
      terms,
      columns: ['id', 'root', 'rel'],
      limit: longList,
    });
    const wanted = (rows as unknown as CandidatePage[]).filter(filter.accepts).slice(0, candidates);
    return this.pages(
      terms,
      candidates,
      isOneOf(
        'id',
        wanted.map(({ id }) => id),
      ),
    );
  }

  /** Pages of files that similar commits have touched, also when their own terms would not have been enough. */
  private async byHistory(
    terms: readonly string[],
    past: ReadonlyMap<string, PastAnswer>,
    filter: Filter,
  ): Promise<CandidatePage[]> {
    const files = [...past].flatMap(([root, answer]) =>
      answer.best(historyFiles).map((rel) => ({ root, rel })),
    );
    const wanted = files.filter(filter.accepts);
    return wanted.length === 0 ? [] : this.pages(terms, historyPages, rowsOf(wanted));
  }

  private async pages(
    terms: readonly string[],
    limit: number,
    where: string | undefined,
  ): Promise<CandidatePage[]> {
    const rows = await this.source.searchTerms({
      terms,
      columns,
      bytes: ['toks', 'head'],
      limit,
      where,
    });
    return rows.map((row) => ({ ...(row as unknown as CandidatePage), score: Number(row._score) }));
  }

  private async hits(
    ranked: readonly RankedPage[],
    changed: ReadonlySet<string>,
    explained: boolean,
  ): Promise<CodeHit[]> {
    const ids = ranked.map(({ page }) => page.id);
    const rows = await this.source.byId(hitColumns, ids);
    const byId = new Map(rows.map((row) => [String(row.id), row]));
    const typed = this.live.typedPages();
    const outdated = await this.outdated(rows as unknown as StoredRow[], changed);
    return ranked.flatMap(({ page, score, values, vectors }) => {
      const unsaved = typed.get(page.id);
      const row = unsaved ?? byId.get(page.id);
      // Indexed anew between the two queries: the page is no longer what was found.
      if (!row) return [];
      return {
        path: workspacePath(page, this.indexer.workspaceRoots),
        startLine: Number(row.startLine),
        endLine: Number(row.endLine),
        symbol: String(row.symbol),
        language: String(row.language),
        score: Math.round(score * 1000) / 1000,
        text: String(row.text),
        hash: String(row.hash),
        generation: this.indexer.catalog.get(page)?.generation ?? 0,
        ...(unsaved ? { unsaved: true as const } : {}),
        ...(!unsaved && outdated.has(page.id) ? { outdated: true as const } : {}),
        ...(explained ? { explanation: explain({ values, vectors }) } : {}),
      };
    });
  }

  /** Ids of those that their files no longer have. */
  private async outdated(
    rows: readonly StoredRow[],
    changed: ReadonlySet<string>,
  ): Promise<ReadonlySet<string>> {
    const suspects = rows.filter((row) => changed.has(keyOf(row)));
    const ids = suspects.map(async (row) => ((await this.live.isOutdated(row)) ? [row.id] : []));
    return new Set((await Promise.all(ids)).flat());
  }

  private filter(glob: string | undefined): Filter {
    if (glob === undefined || glob.trim() === '')
      return { where: undefined, longList: false, accepts: () => true };
    const { patterns, excluded } = globPatterns(glob.trim());
    const matcher = ignore().add(patterns);
    const roots = this.indexer.workspaceRoots;
    const accepts = (file: FileKey) => {
      const paths = new Set([file.rel, workspacePath(file, roots)]);
      return [...paths].some((path) => matcher.ignores(path)) !== excluded;
    };
    const files = [...this.indexer.catalog.files()].filter(
      (file) => this.indexer.catalog.isSearched(file) && accepts(file),
    );
    if (files.length <= maxFilterFiles) return { where: rowsOf(files), longList: false, accepts };
    return { where: undefined, longList: true, accepts };
  }
}

type StoredRow = StoredPlace & { readonly id: string };

interface Filter {
  readonly where: string | undefined;
  /** Matches too many files to be named in the query. */
  readonly longList: boolean;
  readonly accepts: (file: FileKey) => boolean;
}

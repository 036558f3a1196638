import type { CodePage } from '../engine/ports';
import { type FileKey, keyOf, rowsOf } from './Catalog';
import { CodeHits, type FoundPage } from './CodeHits';
import type { GitHistory } from './GitHistory';
import type { PastAnswer } from './HistoryIndex';
import type { Indexer } from './Indexer';
import type { LivePages } from './LivePages';
import type { OverlaidPages } from './OverlaidPages';
import { type CandidatePage, type Weighing, weighingOf } from './pageEvidence';
import { paginate } from './paginate';
import type { CodeQuery } from './protocol';
import { type QueryTraits, readQuery } from './QueryTraits';
import { ChangedFiles } from './query/ChangedFiles';
import { allOf, filterSql } from './query/filterSql';
import { PinnedPages } from './query/PinnedPages';
import { type FilteredPage, pageMatcher } from './query/pageMatcher';
import { parseQuery } from './query/parseQuery';
import { readAim } from './query/readAim';
import { lastingText } from './query/readPlaces';
import { explain, rankPages } from './rankFiles';
import { isOneOf } from './sql';
import { type SampledPage, TermStatistics } from './TermStatistics';
import type { VectorCandidates } from './VectorCandidates';

/** Pages the full-text search contributes. */
const candidates = 240;
/** Files that history would answer with, by similar commits and by messages, and what is looked up of their pages. */
const historyFiles = 12;
const historyPages = 60;
/** Pages looked at for each file that is wanted beyond the candidates. */
const pagesPerFile = 8;
/** When files turn out to be gone, the files of this many results are looked at. */
const maxLooked = 1000;
/** Pages that term statistics are counted on, and by how much the number of pages may differ before they are again. */
const sampledPages = 4000;
const growth = 1.3;

const columns = ['id', 'root', 'rel', 'language', 'symbol', 'names'];

interface PlaceRow extends FileKey {
  readonly id: string;
  readonly startLine: number;
}

/** A query, understood. */
interface Asked {
  readonly query: CodeQuery;
  readonly traits: QueryTraits;
  readonly weighing: Weighing;
  readonly where: string | undefined;
  /** What `where` says, of pages that are not stored. */
  readonly accepts: (page: FilteredPage) => boolean;
  /** Quoted texts. */
  readonly literals: readonly string[];
}

/** Results in their order, as far as they are known, and how many there are. */
interface Known {
  readonly found: readonly FoundPage[];
  readonly total: number;
  readonly exact: boolean;
}

/** Finds pages of the workspace by a question, by names, by pasted text, and by filters. */
export class WorkspaceSearch {
  private statistics: { readonly terms: TermStatistics; readonly pages: number } | undefined;
  private counting: Promise<TermStatistics> | undefined;
  private readonly changed: ChangedFiles;
  private readonly pinned: PinnedPages;
  private readonly hits: CodeHits;

  constructor(
    private readonly source: OverlaidPages,
    private readonly indexer: Indexer,
    private readonly history: GitHistory,
    private readonly live: LivePages,
    private readonly vectors: VectorCandidates,
  ) {
    this.changed = new ChangedFiles(indexer);
    this.pinned = new PinnedPages(source, indexer);
    this.hits = new CodeHits(source, indexer, live);
  }

  /** @throws BadQueryError when a filter means nothing */
  async search(query: CodeQuery, signal: AbortSignal): Promise<CodePage> {
    const now = Date.now();
    const { text, filters } = parseQuery(query.text, now);
    const roots = this.indexer.workspaceRoots;
    const where = await filterSql(filters, query.glob, roots, (from, to) =>
      this.changed.sql(from, to, signal),
    );
    const aim = readAim(text);
    const traits = readQuery(aim?.alone ? `${aim.container} ${aim.name}` : lastingText(text));
    const [statistics] = await Promise.all([this.termStatistics(), this.history.settled()]);
    const weighing = weighingOf(traits, statistics);
    const terms = weighing.asked;
    const past = this.pastOf(traits);
    const [byTerms, byHistory, byVectors, pins] = await Promise.all([
      this.pages(terms, candidates, where),
      this.byHistory(terms, past, where),
      this.vectors.find(text, terms, where, signal),
      this.pinned.of(text, aim, where),
    ]);
    signal.throwIfAborted();
    const asked: Asked = {
      ...{ query, traits, weighing, where },
      accepts: pageMatcher(filters, query.glob, roots, now),
      literals: filters.flatMap((filter) => (filter.kind === 'text' && !filter.excluded ? filter.text : [])),
    };
    const ranked = this.rank([...byTerms, ...byHistory], byVectors, asked, past);
    const top = ranked[0]?.score ?? 0;
    const first = this.live.current(pins).map((pin, i): FoundPage => {
      const score = top + 1 + (pins.length - i) / 100;
      return { ...pin, score, explain: () => [{ feature: pin.role, value: 1, contribution: score }] };
    });
    const found = distinct([...first, ...ranked], ({ id }) => id);
    const wordless = [...first, ...byVectors.filter(({ score }) => score === 0)].map(({ id }) => id);
    const complete = byTerms.length < candidates && terms.length === traits.terms.length;
    return this.page(await this.known(found, complete, wordless, asked), asked);
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

  /** Pages of files that similar commits have touched, also when their own terms would not have been enough. */
  private async byHistory(
    terms: readonly string[],
    past: ReadonlyMap<string, PastAnswer>,
    where: string | undefined,
  ): Promise<CandidatePage[]> {
    const files = [...past].flatMap(([root, answer]) =>
      answer.best(historyFiles).map((rel) => ({ root, rel })),
    );
    return files.length === 0 ? [] : this.pages(terms, historyPages, allOf([rowsOf(files), where]));
  }

  private async pages(
    terms: readonly string[],
    limit: number,
    where: string | undefined,
  ): Promise<CandidatePage[]> {
    const bytes = ['toks', 'head'];
    const rows = await this.source.searchTerms({ terms, columns, bytes, limit, where });
    return rows.map((row) => ({ ...(row as unknown as CandidatePage), score: Number(row._score) }));
  }

  private rank(
    byTerms: readonly CandidatePage[],
    byVectors: readonly CandidatePage[],
    { weighing, accepts }: Asked,
    past: ReadonlyMap<string, PastAnswer>,
  ): FoundPage[] {
    const stored = new Map(byTerms.map((page) => [page.id, page]));
    for (const page of byVectors)
      stored.set(page.id, { ...page, score: stored.get(page.id)?.score ?? page.score });
    const there = this.live.candidates([...stored.values()], weighing, accepts);
    const ranked = rankPages(there, weighing, (page) => ({
      pages: this.source.pagesOf(page) ?? 1,
      past: past.get(page.root),
    }));
    return ranked.map(({ page: { id, root, rel }, score, values, vectors }) => ({
      ...{ id, root, rel, score, lines: [] },
      explain: () => explain({ values, vectors }),
    }));
  }

  /**
   * @param complete nothing that has a word of the query is missing in `found`
   * @param wordless ids of those of `found` that may have no word of the query
   */
  private async known(
    found: readonly FoundPage[],
    complete: boolean,
    wordless: readonly string[],
    asked: Asked,
  ): Promise<Known> {
    const { query, where, traits, literals } = asked;
    const perFile = (pages: readonly FoundPage[]) =>
      query.results === 'files' ? distinct(pages, keyOf) : pages;
    // What has no words to be ranked by, and all that has a quoted text, is wanted to the last page.
    if (where !== undefined && (traits.terms.length === 0 || literals.length > 0)) {
      const all = perFile(distinct([...found, ...(await this.everything(where, asked))], ({ id }) => id));
      return { found: all, total: all.length, exact: true };
    }
    const first = perFile(found);
    if (complete) return { found: first, total: first.length, exact: true };
    if (!query.count) return { found: first, total: first.length, exact: false };
    return { found: first, total: await this.total(first, wordless, asked), exact: true };
  }

  /** All pages that meet a condition, by path and line. */
  private async everything(where: string, { accepts }: Asked): Promise<FoundPage[]> {
    const rows = (await this.source.matches(['id', 'startLine'], undefined, where)) as unknown as PlaceRow[];
    const typed = [...this.live.typedPages().values()].filter(accepts);
    return [...this.live.stored(rows), ...typed]
      .sort((a, b) => (a.rel < b.rel ? -1 : a.rel > b.rel ? 1 : a.startLine - b.startLine))
      .map(({ id, root, rel }) => ({ id, root, rel, score: 0, lines: [], explain: () => [] }));
  }

  /** How many pages or files match, beyond the candidates, too. */
  private async total(
    known: readonly FoundPage[],
    wordless: readonly string[],
    { query, traits, where }: Asked,
  ): Promise<number> {
    if (query.results === 'files') {
      const rows = await this.source.matches([], traits.terms, where);
      return new Set([...known, ...(rows as unknown as FileKey[])].map(keyOf)).size;
    }
    const matching = this.source.countMatches(traits.terms, where);
    if (wordless.length === 0) return matching;
    const ids = [...new Set(wordless)];
    const counted = await this.source.countMatches(traits.terms, allOf([isOneOf('id', ids), where]));
    return (await matching) + ids.length - counted;
  }

  /** A page of results, without what is gone. */
  private async page(known: Known, asked: Asked): Promise<CodePage> {
    const { page, pageSize, explain: explained = false } = asked.query;
    const first = await this.shown(known, asked);
    let { total, hits } = first;
    const [{ changed, anyGone }, read] = await Promise.all([this.live.lookAt(hits), this.hits.rows(hits)]);
    let rows = read;
    const changedFiles = new Set(changed);
    if (anyGone) {
      const looked = await this.live.lookAt(known.found.slice(0, Math.max(maxLooked, page * pageSize)));
      for (const key of looked.changed) changedFiles.add(key);
      const found = known.found.filter((one) => !this.live.isGone(one));
      ({ total, hits } = await this.shown(
        { ...known, found, total: known.total - (known.found.length - found.length) },
        asked,
      ));
      rows = await this.hits.rows(hits);
    }
    const { traits, weighing, literals } = asked;
    const weights = new Map(traits.terms.map((term, place) => [term, weighing.idf[place] as number]));
    return {
      hits: await this.hits.of(hits, rows, changedFiles, { weights, literals, memory: new Map() }, explained),
      ...{ page, pages: Math.ceil(total / pageSize), total, exact: known.exact },
    };
  }

  private async shown(
    { found, total, exact }: Known,
    asked: Asked,
  ): Promise<{ readonly total: number; readonly hits: readonly FoundPage[] }> {
    const { page, pageSize } = asked.query;
    const enough = page * pageSize <= found.length || (exact && found.length >= total);
    const all = enough ? found : [...found, ...(await this.beyond(found, asked))];
    return { total: Math.max(total, all.length), hits: paginate(all, page, pageSize).hits };
  }

  /** What comes after the candidates, in the order of the full-text search alone: up to the end of the page asked for. */
  private async beyond(known: readonly FoundPage[], { query, traits, where }: Asked): Promise<FoundPage[]> {
    const { results, page, pageSize } = query;
    const end = page * pageSize;
    const limit = known.length + candidates + end * (results === 'files' ? pagesPerFile : 1);
    const key = (found: FileKey & { readonly id: string }) => (results === 'files' ? keyOf(found) : found.id);
    const before = new Set(known.map(key));
    const rows = await this.source.searchTerms({
      terms: traits.terms,
      columns: ['id', 'root', 'rel'],
      limit,
      where,
    });
    const scored = rows.map((row) => ({ ...(row as unknown as PlaceRow), value: Number(row._score) }));
    const more = distinct(this.live.stored(scored), key).filter((row) => !before.has(key(row)));
    const last = known.at(-1)?.score ?? 0;
    const best = more[0]?.value ?? 0;
    return more.slice(0, end - known.length).map(({ id, root, rel, value }): FoundPage => {
      const score = last - (best - value);
      const explanation = { feature: 'text', value, contribution: score };
      return { id, root, rel, score, lines: [], explain: () => [explanation] };
    });
  }
}

/** @returns the first of all items with the same key */
function distinct<Item>(items: readonly Item[], key: (item: Item) => string): Item[] {
  const byKey = new Map<string, Item>();
  for (const item of items) if (!byKey.has(key(item))) byKey.set(key(item), item);
  return [...byKey.values()];
}

import ignore from 'ignore';
import { globPatterns } from '../engine/globPatterns';
import type { CodeHit, SearchPage } from '../engine/ports';
import { type FileKey, keyOf, rowsOf } from './Catalog';
import { queryTokens } from './codeTokens';
import type { Database } from './Database';
import type { Indexer } from './Indexer';
import { paginate } from './paginate';
import type { CodeQuery, WorkspaceRoot } from './protocol';
import { type Candidate, type RankedPage, rankPages } from './rankFiles';
import { isOneOf } from './sql';

/** Pages each of the two searches contributes. */
const candidates = 200;
/** With a glob that matches more files than this the filter is applied to a longer list instead of inside the query. */
const maxFilterFiles = 1000;
const longList = 2000;

const columns = ['id', 'root', 'rel', 'language', 'symbol', 'names'];

/** Finds pages of the workspace by a question or by names. */
export class WorkspaceSearch {
  constructor(
    private readonly database: Database,
    private readonly indexer: Indexer,
  ) {}

  async search(query: CodeQuery, signal: AbortSignal): Promise<SearchPage<CodeHit>> {
    const terms = queryTokens(query.text);
    const filter = this.filter(query.glob);
    const [byTerms, byVector] = await Promise.all([
      this.byTerms(terms, filter),
      this.byVector(terms, filter),
    ]);
    signal.throwIfAborted();
    const merged = await this.merge(byTerms, byVector);
    const ranked = rankPages(merged, {
      text: query.text,
      terms,
      idf: (term) => this.indexer.vectors.idf(term),
    });
    const page = paginate(ranked, query.page, query.pageSize);
    signal.throwIfAborted();
    return { ...page, hits: await this.hits(page.hits) };
  }

  private async byTerms(terms: readonly string[], filter: Filter): Promise<Row[]> {
    const rows = await this.database.pages.searchTerms({
      terms,
      columns,
      limit: filter.limit,
      where: filter.where,
    });
    return rows.map(asRow).filter(filter.accepts).slice(0, candidates);
  }

  private async byVector(terms: readonly string[], filter: Filter): Promise<Row[]> {
    const vector = this.indexer.vectors.embed(terms);
    if (!vector) return [];
    const rows = await this.database.vectors.searchVector(
      vector,
      ['id', 'root', 'rel'],
      filter.limit,
      filter.where,
    );
    return rows.map(asRow).filter(filter.accepts).slice(0, candidates);
  }

  private async merge(byTerms: readonly Row[], byVector: readonly Row[]): Promise<Candidate[]> {
    const similarity = new Map(byVector.map((row) => [row.id, 1 - (row._distance ?? 1)]));
    const found = new Set(byTerms.map((row) => row.id));
    const missing = [...similarity.keys()].filter((id) => !found.has(id));
    const others = (await this.database.pages.rows(columns, isOneOf('id', missing))).map(asRow);
    return [...byTerms, ...others].map((row) => {
      const vectorScore = similarity.get(row.id);
      return {
        id: row.id,
        file: keyOf(row),
        rel: row.rel,
        language: row.language,
        symbol: row.symbol,
        names: row.names,
        ...(row._score === undefined ? {} : { textScore: row._score }),
        ...(vectorScore === undefined ? {} : { vectorScore }),
      };
    });
  }

  private async hits(ranked: readonly RankedPage[]): Promise<CodeHit[]> {
    const ids = ranked.map(({ candidate }) => candidate.id);
    const rows = await this.database.pages.rows(
      ['id', 'root', 'rel', 'startLine', 'endLine', 'symbol', 'language', 'text'],
      isOneOf('id', ids),
    );
    const byId = new Map(rows.map((row) => [String(row.id), row]));
    return ranked.flatMap(({ candidate, score }) => {
      const row = byId.get(candidate.id);
      // Indexed anew between the two queries: the page is no longer what was found.
      if (!row) return [];
      return {
        path: workspacePath(asRow(row), this.indexer.workspaceRoots),
        startLine: Number(row.startLine),
        endLine: Number(row.endLine),
        symbol: String(row.symbol),
        language: String(row.language),
        score: Math.round(score * 1000) / 1000,
        text: String(row.text),
      };
    });
  }

  private filter(glob: string | undefined): Filter {
    if (glob === undefined || glob.trim() === '')
      return { where: undefined, limit: candidates, accepts: () => true };
    const { patterns, excluded } = globPatterns(glob.trim());
    const matcher = ignore().add(patterns);
    const roots = this.indexer.workspaceRoots;
    const accepts = (file: FileKey) => {
      const paths = new Set([file.rel, workspacePath(file, roots)]);
      return [...paths].some((path) => matcher.ignores(path)) !== excluded;
    };
    const files = [...this.indexer.catalog.files()].filter(
      (file) => file.state === 'indexed' && accepts(file),
    );
    if (files.length <= maxFilterFiles) return { where: rowsOf(files), limit: candidates, accepts };
    return { where: undefined, limit: longList, accepts };
  }
}

interface Filter {
  readonly where: string | undefined;
  readonly limit: number;
  readonly accepts: (file: FileKey) => boolean;
}

interface Row extends FileKey {
  readonly id: string;
  readonly language: string;
  readonly symbol: string;
  readonly names: string;
  readonly _score?: number;
  readonly _distance?: number;
}

function asRow(row: Record<string, unknown>): Row {
  return row as unknown as Row;
}

/** Canonical workspace path: relative to the only root, or `<folder name>/…` when there are several. */
function workspacePath(file: FileKey, roots: readonly WorkspaceRoot[]): string {
  if (roots.length <= 1) return file.rel;
  const name = roots.find((root) => root.path === file.root)?.name;
  return name === undefined ? file.rel : `${name}/${file.rel}`;
}

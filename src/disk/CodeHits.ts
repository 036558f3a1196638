import type { CodeHit, ScorePart } from '../engine/ports';
import { type FileKey, keyOf } from './Catalog';
import type { Indexer } from './Indexer';
import type { LivePages, StoredPlace } from './LivePages';
import type { OverlaidPages } from './OverlaidPages';
import { type SnippetQuery, snippetOf } from './query/snippetOf';
import { workspacePath } from './workspacePath';

const placeColumns = ['id', 'root', 'rel', 'startByte', 'endByte', 'hash'];
const columns = [...placeColumns, 'startLine', 'endLine', 'symbol', 'language', 'text'];

/** A page as its table has it. */
export interface PageRow extends StoredPlace {
  readonly id: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly symbol: string;
  readonly language: string;
  readonly text: string;
}

/** A page in the order of results. */
export interface FoundPage extends FileKey {
  readonly id: string;
  readonly score: number;
  readonly role?: NonNullable<CodeHit['role']>;
  /** Lines that it is there for. */
  readonly lines: readonly number[];
  readonly explain: () => ScorePart[];
}

/** Makes hits of pages that were found: with their texts, what of these matched, and whether they are still true. */
export class CodeHits {
  constructor(
    private readonly source: OverlaidPages,
    private readonly indexer: Indexer,
    private readonly live: LivePages,
  ) {}

  /** What the tables have of pages, in no order. */
  async rows(found: readonly FoundPage[]): Promise<readonly PageRow[]> {
    const ids = found.map(({ id }) => id);
    return (await this.source.byId(columns, ids)) as unknown as readonly PageRow[];
  }

  /**
   * @param rows of the pages found
   * @param changed files that have changed since they were indexed, by `keyOf`
   */
  async of(
    found: readonly FoundPage[],
    rows: readonly PageRow[],
    changed: ReadonlySet<string>,
    query: SnippetQuery,
    explained: boolean,
  ): Promise<CodeHit[]> {
    const byId = new Map(rows.map((row) => [row.id, row]));
    const typed = this.live.typedPages();
    const outdated = await this.outdated(rows, changed);
    return found.flatMap((page) => {
      const unsaved = typed.get(page.id);
      const row = unsaved ?? byId.get(page.id);
      // Indexed anew between the two queries: the page is no longer what was found.
      if (!row) return [];
      const [text, startLine] = [String(row.text), Number(row.startLine)];
      return {
        path: workspacePath(page, this.indexer.workspaceRoots),
        startLine,
        endLine: Number(row.endLine),
        symbol: String(row.symbol),
        language: String(row.language),
        score: Math.round(page.score * 1000) / 1000,
        text,
        snippet: snippetOf(text, startLine, query, page.lines),
        hash: String(row.hash),
        generation: this.indexer.catalog.get(page)?.generation ?? 0,
        ...(page.role ? { role: page.role } : {}),
        ...(unsaved ? { unsaved: true as const } : {}),
        ...(!unsaved && outdated.has(page.id) ? { outdated: true as const } : {}),
        ...(explained ? { explanation: page.explain() } : {}),
      };
    });
  }

  /** Ids of those that their files no longer have. */
  private async outdated(
    rows: readonly PageRow[],
    changed: ReadonlySet<string>,
  ): Promise<ReadonlySet<string>> {
    const suspects = rows.filter((row) => changed.has(keyOf(row)));
    const ids = suspects.map(async (row) => ((await this.live.isOutdated(row)) ? [row.id] : []));
    return new Set((await Promise.all(ids)).flat());
  }
}

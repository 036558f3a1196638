import type { Catalog, FileKey } from './Catalog';
import type { Database } from './Database';
import type { Embeddings } from './Embeddings';
import type { CandidatePage } from './pageEvidence';
import { isOneOf } from './sql';

/** Texts that are nearest to the question; with a filter more, since most of them may not pass it. */
const nearestTexts = 100;
const filteredTexts = 500;

const columns = ['id', 'root', 'rel', 'language', 'symbol', 'names', 'hash'];

/** The pages that vectors contribute to a search, beside those found by terms. */
export class VectorCandidates {
  constructor(
    private readonly database: Database,
    private readonly catalog: Catalog,
    private readonly embeddings: Embeddings,
  ) {}

  /**
   * @param accepts which files may be found; undefined: all
   * @returns pages with their similarity and, of those that have any of the terms, their score; none without an endpoint
   */
  async find(
    question: string,
    terms: readonly string[],
    accepts: ((file: FileKey) => boolean) | undefined,
    signal: AbortSignal,
  ): Promise<CandidatePage[]> {
    if (!this.embeddings.isServing) return [];
    const near = await this.embeddings.nearest(question, accepts ? filteredTexts : nearestTexts, signal);
    if (near.length === 0) return [];
    const similarity = new Map(near.map((page) => [page.hash, page.similarity]));
    const where = isOneOf('hash', [...similarity.keys()]);
    const { pages } = this.database;
    const [rows, scored] = await Promise.all([
      pages.rows(columns, where, ['toks', 'head']),
      pages.searchTerms({ terms, columns: ['id'], limit: 2 * filteredTexts, where }),
    ]);
    const scores = new Map(scored.map((row) => [row.id, Number(row._score)]));
    const found = rows as unknown as (CandidatePage & { readonly hash: string })[];
    return found
      .filter((page) => this.catalog.get(page)?.state === 'indexed' && (!accepts || accepts(page)))
      .map((page) => ({
        ...page,
        score: scores.get(page.id) ?? 0,
        similarity: similarity.get(page.hash) as number,
      }));
  }
}

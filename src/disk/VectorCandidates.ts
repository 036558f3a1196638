import type { Catalog } from './Catalog';
import type { Database } from './Database';
import type { Embeddings } from './Embeddings';
import type { CandidatePage } from './pageEvidence';
import { allOf } from './query/filterSql';
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
   * @param filter condition that pages must meet; undefined: none
   * @returns pages with their similarity and, of those that have any of the terms, their score; none without an endpoint
   */
  async find(
    question: string,
    terms: readonly string[],
    filter: string | undefined,
    signal: AbortSignal,
  ): Promise<CandidatePage[]> {
    if (!this.embeddings.isServing) return [];
    const near = await this.embeddings.nearest(
      question,
      filter === undefined ? nearestTexts : filteredTexts,
      signal,
    );
    if (near.length === 0) return [];
    const similarity = new Map(near.map((page) => [page.hash, page.similarity]));
    const where = allOf([isOneOf('hash', [...similarity.keys()]), filter]);
    const { pages } = this.database;
    const [rows, scored] = await Promise.all([
      pages.rows(columns, where, ['toks', 'head']),
      pages.searchTerms({ terms, columns: ['id'], limit: 2 * filteredTexts, where }),
    ]);
    const scores = new Map(scored.map((row) => [row.id, Number(row._score)]));
    const found = rows as unknown as (CandidatePage & { readonly hash: string })[];
    return found
      .filter((page) => this.catalog.get(page)?.state === 'indexed')
      .map((page) => ({
        ...page,
        score: scores.get(page.id) ?? 0,
        similarity: similarity.get(page.hash) as number,
      }));
  }
}

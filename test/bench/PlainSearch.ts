/**
 * What the search is compared with: BM25 (k1 1.2, b 0.75) over the same pages and terms, a file's score being that of its
 * best page, half of the next and a quarter of the third. No vectors, nothing about file names, symbols or tests.
 */
import { connect } from '@lancedb/lancedb';
import { queryTokens } from '../../src/disk/codeTokens';
import { topThree } from '../../src/disk/rankFiles';

const k1 = 1.2;
const b = 0.75;

interface Page {
  readonly rel: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly length: number;
}

export class PlainSearch {
  private readonly postings = new Map<string, Page[]>();
  private readonly averageLength: number;

  private constructor(private readonly pages: readonly Page[]) {
    this.averageLength = pages.reduce((sum, page) => sum + page.length, 0) / Math.max(1, pages.length);
    for (const page of pages) {
      for (const term of page.counts.keys()) {
        const list = this.postings.get(term);
        if (list) list.push(page);
        else this.postings.set(term, [page]);
      }
    }
  }

  /** @param tables folder of the LanceDB tables that the indexer has written */
  static async open(tables: string): Promise<PlainSearch> {
    const table = await (await connect(tables)).openTable('pages');
    const rows: { rel: string; toks: string }[] = await table.query().select(['rel', 'toks']).toArray();
    return new PlainSearch(rows.map(({ rel, toks }) => pageOf(rel, toks.split(' '))));
  }

  /** @returns files, best first */
  files(query: string): string[] {
    const scores = new Map<Page, number>();
    for (const term of queryTokens(query)) {
      const list = this.postings.get(term) ?? [];
      const idf = Math.log(1 + (this.pages.length - list.length + 0.5) / (list.length + 0.5));
      for (const page of list) {
        const count = page.counts.get(term) ?? 0;
        const norm = k1 * (1 - b + (b * page.length) / this.averageLength);
        scores.set(page, (scores.get(page) ?? 0) + (idf * count * (k1 + 1)) / (count + norm));
      }
    }
    const ofFile = new Map<string, number[]>();
    for (const [page, score] of scores) {
      const known = ofFile.get(page.rel);
      if (known) known.push(score);
      else ofFile.set(page.rel, [score]);
    }
    const ranked = [...ofFile].map(([rel, pageScores]) => ({ rel, score: topThree(pageScores) }));
    return ranked.sort((one, other) => other.score - one.score).map(({ rel }) => rel);
  }
}

function pageOf(rel: string, tokens: readonly string[]): Page {
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return { rel, counts, length: tokens.length };
}

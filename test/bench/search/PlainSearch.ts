/**
 * What the search grew from: BM25 (k1 1.2, b 0.75) over the same terms, a file's score being that of its best page, half of
 * the next and a quarter of the third. Nothing about file names, definitions, tests or history.
 */
import { queryTokens } from '../../../src/disk/codeTokens';
import type { IndexedPage } from './indexedPages';
import { rankedFiles } from './rankedFiles';

const k1 = 1.2;
const b = 0.75;

interface Page {
  readonly rel: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly length: number;
}

export class PlainSearch {
  private readonly pages: readonly Page[];
  private readonly postings = new Map<string, Page[]>();
  private readonly averageLength: number;

  constructor(pages: readonly IndexedPage[]) {
    this.pages = pages.map(({ rel, toks }) => pageOf(rel, toks.split(' ')));
    this.averageLength =
      this.pages.reduce((sum, page) => sum + page.length, 0) / Math.max(1, this.pages.length);
    for (const page of this.pages) {
      for (const term of page.counts.keys()) {
        const list = this.postings.get(term);
        if (list) list.push(page);
        else this.postings.set(term, [page]);
      }
    }
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
    return rankedFiles([...scores].map(([{ rel }, score]) => ({ rel, score })));
  }
}

function pageOf(rel: string, tokens: readonly string[]): Page {
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return { rel, counts, length: tokens.length };
}

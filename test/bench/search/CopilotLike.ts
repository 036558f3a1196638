/**
 * What a widely used editor does without an index of its own: TF-IDF of words and camel-case parts, raw term counts, no
 * normalisation by length, score = Σ tf(page) · idf · tf(query) · idf.
 */
import type { IndexedPage } from './indexedPages';
import { rankedFiles } from './rankedFiles';

const word = /\b\p{L}[\p{L}\d]{2,}\b/gu;

function countsOf(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (term: string) => counts.set(term, (counts.get(term) ?? 0) + 1);
  for (const [whole] of text.matchAll(word)) {
    add(whole.toLowerCase());
    const parts = whole.replace(/([a-z])([A-Z])/g, '$1 $2').split(' ');
    if (parts.length > 1) for (const part of parts) if (/\p{L}{3,}/u.test(part)) add(part.toLowerCase());
  }
  return counts;
}

export class CopilotLike {
  /** Of each term, pages and counts. */
  private readonly postings = new Map<string, number[]>();

  constructor(private readonly pages: readonly IndexedPage[]) {
    for (const [i, page] of pages.entries()) {
      for (const [term, count] of countsOf(page.text)) {
        const list = this.postings.get(term);
        if (list) list.push(i, count);
        else this.postings.set(term, [i, count]);
      }
    }
  }

  /** @returns files, best first */
  files(query: string): string[] {
    const scores = new Map<number, number>();
    for (const [term, wanted] of countsOf(query)) {
      const list = this.postings.get(term) ?? [];
      const idf = Math.log((this.pages.length + 1) / (list.length / 2 || 1));
      for (let i = 0; i < list.length; i += 2) {
        const page = list[i] as number;
        scores.set(page, (scores.get(page) ?? 0) + (list[i + 1] as number) * idf * wanted * idf);
      }
    }
    return rankedFiles([...scores].map(([page, score]) => ({ rel: this.pages[page]?.rel ?? '', score })));
  }
}

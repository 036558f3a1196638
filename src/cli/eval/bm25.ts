/** Okapi BM25 (Robertson and Zaragoza 2009, k1 = 1.2, b = 0.75) over texts in memory: chooses distractors. */

const K1 = 1.2;
const B = 0.75;

export class Bm25 {
  private readonly postings = new Map<string, { readonly text: number; readonly count: number }[]>();
  private readonly lengths: readonly number[];
  private readonly averageLength: number;

  constructor(texts: readonly string[]) {
    this.lengths = texts.map((text, i) => {
      const terms = termsOf(text);
      const counts = new Map<string, number>();
      for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
      for (const [term, count] of counts) {
        const list = this.postings.get(term);
        if (list) list.push({ text: i, count });
        else this.postings.set(term, [{ text: i, count }]);
      }
      return terms.length;
    });
    this.averageLength = this.lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, texts.length);
  }

  /** In how many texts a word occurs. */
  frequency(word: string): number {
    return this.postings.get(word.toLowerCase())?.length ?? 0;
  }

  /** @returns indices of the texts that share a term with the query, best first */
  rank(query: string): number[] {
    const scores = new Map<number, number>();
    for (const term of new Set(termsOf(query))) {
      const list = this.postings.get(term) ?? [];
      const idf = Math.log(1 + (this.lengths.length - list.length + 0.5) / (list.length + 0.5));
      for (const { text, count } of list) {
        const norm = K1 * (1 - B + (B * (this.lengths[text] ?? 0)) / this.averageLength);
        scores.set(text, (scores.get(text) ?? 0) + (idf * count * (K1 + 1)) / (count + norm));
      }
    }
    return [...scores].sort(([a, x], [b, y]) => y - x || a - b).map(([text]) => text);
  }
}

function termsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** How common terms are, counted on a sample: LanceDB knows it, and does not tell. */
export interface SampledPage {
  /** Space-separated terms of a page: `head` twice, then the body. */
  readonly toks: string;
  readonly head: string;
}

/** Work between two looks at what else there is to do, pages. */
const slice = 100;

export class TermStatistics {
  private constructor(
    private readonly pages: number,
    private readonly frequency: ReadonlyMap<string, number>,
    /** Mean number of terms of path and symbols, and of the body of a page. */
    readonly averageHead: number,
    readonly averageBody: number,
  ) {}

  /** @param sample pages drawn evenly from the workspace, or all of them */
  static async of(sample: readonly SampledPage[]): Promise<TermStatistics> {
    const frequency = new Map<string, number>();
    let length = 0;
    let headLength = 0;
    for (const [i, { toks, head }] of sample.entries()) {
      if (i % slice === slice - 1) await new Promise(setImmediate);
      const terms = toks.split(' ');
      length += terms.length;
      headLength += head === '' ? 0 : head.split(' ').length;
      for (const term of new Set(terms)) frequency.set(term, (frequency.get(term) ?? 0) + 1);
    }
    const mean = (sum: number) => Math.max(1, sum / Math.max(1, sample.length));
    return new TermStatistics(sample.length, frequency, mean(headLength), mean(length - 2 * headLength));
  }

  /** Inverse document frequency as in BM25, in nats. */
  idf(term: string): number {
    const count = this.frequency.get(term) ?? 0;
    return Math.log(1 + (this.pages - count + 0.5) / (count + 0.5));
  }
}

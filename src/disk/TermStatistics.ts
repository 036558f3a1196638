/** How common terms are, counted on a sample: LanceDB knows it, and does not tell. */
export interface SampledPage {
  /** Space-separated terms of a page, UTF-8: `head` twice, then the body. */
  readonly toks: Uint8Array;
  readonly head: Uint8Array;
}

/** Work between two looks at what else there is to do, pages. */
const slice = 100;

export class TermStatistics {
  private constructor(
    private readonly known: ReadonlyMap<string, number>,
    /** Of a term that no page of the sample has. */
    private readonly unknown: number,
    /** Mean number of terms of path and symbols, and of the body of a page. */
    readonly averageHead: number,
    readonly averageBody: number,
  ) {}

  /** @param sample pages drawn evenly from the workspace, or all of them */
  static async of(sample: readonly SampledPage[]): Promise<TermStatistics> {
    const decoder = new TextDecoder();
    const frequency = new Map<string, number>();
    let length = 0;
    let headLength = 0;
    for (const [i, { toks, head }] of sample.entries()) {
      if (i % slice === slice - 1) await new Promise(setImmediate);
      const terms = decoder.decode(toks).split(' ');
      length += terms.length;
      headLength += head.length === 0 ? 0 : decoder.decode(head).split(' ').length;
      for (const term of new Set(terms)) frequency.set(term, (frequency.get(term) ?? 0) + 1);
    }
    const mean = (sum: number) => Math.max(1, sum / Math.max(1, sample.length));
    const idf = (count: number) => Math.log(1 + (sample.length - count + 0.5) / (count + 0.5));
    for (const [term, count] of frequency) frequency.set(term, idf(count));
    return new TermStatistics(frequency, idf(0), mean(headLength), mean(length - 2 * headLength));
  }

  /** Inverse document frequency as in BM25, in nats. */
  idf(term: string): number {
    return this.known.get(term) ?? this.unknown;
  }
}

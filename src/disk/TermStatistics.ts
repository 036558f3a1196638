import { codeTokens } from './codeTokens';

/** How common terms are, counted on a sample: LanceDB knows it, and does not tell. */
export interface SampledPage {
  /** Space-separated terms of a page, UTF-8: `head` twice, then the body. */
  readonly toks: Uint8Array;
  readonly head: Uint8Array;
}

/** Names remembered: the same paths and symbols are candidates again and again. */
const maxNames = 50_000;

/** A name from code as `codeTokens` reads it; the first term of a compound name is its whole form. */
export interface WeighedName {
  readonly terms: readonly string[];
  readonly distinct: readonly string[];
  /** Sum of the idf of the distinct terms. */
  readonly mass: number;
}

/** Work between two looks at what else there is to do, pages. */
const slice = 100;

export class TermStatistics {
  private readonly names = new Map<string, WeighedName>();

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

  weigh(name: string): WeighedName {
    let weighed = this.names.get(name);
    if (!weighed) {
      if (this.names.size >= maxNames) this.names.clear();
      const terms = codeTokens(name);
      const distinct = [...new Set(terms)];
      weighed = {
        terms,
        distinct,
        mass: distinct.reduce((sum, term) => sum + this.idf(term), 0),
      };
      this.names.set(name, weighed);
    }
    return weighed;
  }

  /** Inverse document frequency as in BM25, in nats. */
  idf(term: string): number {
    return this.known.get(term) ?? this.unknown;
  }
}

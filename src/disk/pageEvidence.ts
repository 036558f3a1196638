/** What a page says about a query, field by field. */
import { nameTerms } from './nameTerms';
import type { QueryTraits } from './QueryTraits';
import { TermScanner } from './TermScanner';
import type { TermStatistics } from './TermStatistics';

const k1 = 1.2;

/** A page that may answer a query. */
export interface CandidatePage {
  readonly id: string;
  readonly root: string;
  readonly rel: string;
  readonly language: string;
  readonly symbol: string;
  /** Space-separated names defined on the page. */
  readonly names: string;
  /** Space-separated terms, UTF-8: `head` twice, then the body. */
  readonly toks: Uint8Array;
  /** Space-separated terms of path and symbols, UTF-8. */
  readonly head: Uint8Array;
  /** BM25 over `toks`. */
  readonly score: number;
  /** Cosine between its vector and the question's, where it is among the nearest. */
  readonly similarity?: number;
}

export interface PageEvidence {
  readonly page: CandidatePage;
  /** BM25 of the body alone, of path and symbols, of symbols. */
  readonly body: number;
  readonly head: number;
  readonly symbols: number;
  /** Places (in `QueryTraits.terms`) of the terms it has. */
  readonly terms: readonly number[];
  readonly bodyTerms: ReadonlySet<number>;
  /** Pairs (as in `QueryTraits.pairs`) that follow each other in its body as they do in the query. */
  readonly pairs: ReadonlySet<number>;
  /** Names defined on it, without their containers. */
  readonly names: readonly string[];
}

export interface Weighing {
  readonly query: QueryTraits;
  readonly scanner: TermScanner;
  /** Inverse document frequency of each of the query's terms. */
  readonly idf: readonly number[];
  readonly statistics: TermStatistics;
}

export function weighingOf(query: QueryTraits, statistics: TermStatistics): Weighing {
  const idf = query.terms.map((term) => statistics.idf(term));
  return { query, scanner: new TermScanner(query.terms), idf, statistics };
}

export function evidenceOf(page: CandidatePage, weighing: Weighing): PageEvidence {
  const { query, scanner, idf, statistics } = weighing;
  const width = query.terms.length;
  const inHead = new Uint16Array(width);
  const inBody = new Uint16Array(width);
  const pairs = new Set<number>();
  const headLength = scanner.scan(page.head, 0, (place) => {
    if (place >= 0) inHead[place] = (inHead[place] as number) + 1;
  });
  let before = -1;
  // The head stands there twice, a space after each.
  const bodyStart = page.head.length === 0 ? 0 : 2 * (page.head.length + 1);
  const bodyLength = scanner.scan(page.toks, bodyStart, (place) => {
    if (place >= 0) {
      inBody[place] = (inBody[place] as number) + 1;
      if (before >= 0 && query.pairs.has(before * width + place)) pairs.add(before * width + place);
    }
    before = place;
  });
  const names = [...page.names.split(' '), page.symbol]
    .map((name) => name.slice(name.lastIndexOf('.') + 1))
    .filter((name) => name !== '');
  const present = query.terms.flatMap((_, i) =>
    (inHead[i] as number) + (inBody[i] as number) > 0 ? [i] : [],
  );
  return {
    page,
    body: bm25(inBody, idf, lengthNorm(bodyLength, statistics.averageBody, 0.75)),
    head: bm25(inHead, idf, lengthNorm(headLength, statistics.averageHead, 0.5)),
    symbols: bm25(countsOf(nameTerms(`${page.symbol} ${page.names}`), query), idf, 1),
    terms: present,
    bodyTerms: new Set(present.filter((place) => (inBody[place] as number) > 0)),
    pairs,
    names,
  };
}

function countsOf(tokens: readonly string[], query: QueryTraits): Uint16Array {
  const counts = new Uint16Array(query.terms.length);
  for (const token of tokens) {
    const place = query.places.get(token);
    if (place !== undefined) counts[place] = (counts[place] as number) + 1;
  }
  return counts;
}

function lengthNorm(length: number, average: number, b: number): number {
  return 1 - b + (b * length) / average;
}

function bm25(counts: Uint16Array, idf: readonly number[], norm: number): number {
  let score = 0;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] as number;
    if (count > 0) score += ((idf[i] as number) * count * (k1 + 1)) / (count + k1 * norm);
  }
  return score;
}

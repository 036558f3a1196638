/** What a page says about a query, field by field. */
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
  /** How often its body has each of the query's terms. */
  readonly inBody: Uint16Array;
  /** Pairs (as in `QueryTraits.pairs`) that follow each other in its body as they do in the query. */
  readonly pairs: ReadonlySet<number>;
  /** Names defined on it, without their containers. */
  readonly names: readonly string[];
  /** Whether its symbols have any term of the query. */
  readonly named: boolean;
}

export interface Weighing {
  readonly query: QueryTraits;
  readonly scanner: TermScanner;
  /** Inverse document frequency of each of the query's terms. */
  readonly idf: readonly number[];
  readonly statistics: TermStatistics;
  /** What the full-text index is asked for: the terms that say most. */
  readonly asked: readonly string[];
}

/** A long question is found by its rarest terms; each further one costs the index time and finds nothing more. */
const maxAsked = 32;

export function weighingOf(query: QueryTraits, statistics: TermStatistics): Weighing {
  const idf = query.terms.map((term) => statistics.idf(term));
  return { query, scanner: new TermScanner(query.terms), idf, statistics, asked: rarest(query.terms, idf) };
}

function rarest(terms: readonly string[], idf: readonly number[]): readonly string[] {
  if (terms.length <= maxAsked) return terms;
  const order = terms.map((_, place) => place).sort((a, b) => (idf[b] as number) - (idf[a] as number));
  return order.slice(0, maxAsked).map((place) => terms[place] as string);
}

export function evidenceOf(page: CandidatePage, weighing: Weighing): PageEvidence {
  const { query, scanner, idf, statistics } = weighing;
  const width = query.terms.length;
  const inHead = new Uint16Array(width);
  const inSymbols = new Uint16Array(width);
  const inBody = new Uint16Array(width);
  const pairs = new Set<number>();
  // The path comes first, symbols and names after it.
  let ofPath = statistics.weigh(page.rel).terms.length;
  let named = false;
  const headLength = scanner.scan(page.head, 0, (place) => {
    ofPath--;
    if (place < 0) return;
    inHead[place] = (inHead[place] as number) + 1;
    if (ofPath >= 0) return;
    inSymbols[place] = (inSymbols[place] as number) + 1;
    named = true;
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
  const names: string[] = [];
  for (const name of [...page.names.split(' '), page.symbol])
    if (name !== '') names.push(name.slice(name.lastIndexOf('.') + 1));
  const terms: number[] = [];
  for (let i = 0; i < width; i++) if ((inHead[i] as number) + (inBody[i] as number) > 0) terms.push(i);
  return {
    page,
    body: bm25(inBody, idf, lengthNorm(bodyLength, statistics.averageBody, 0.75)),
    head: bm25(inHead, idf, lengthNorm(headLength, statistics.averageHead, 0.5)),
    symbols: named ? bm25(inSymbols, idf, 1) : 0,
    terms,
    inBody,
    pairs,
    names,
    named,
  };
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

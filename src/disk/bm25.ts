/** What BM25 must know of a collection. */
export interface TermStatistics {
  readonly documents: number;
  readonly averageLength: number;
  /** In how many documents a term occurs. */
  readonly frequency: (term: string) => number;
}

/** As LanceDB has them. */
const k1 = 1.2;
const b = 0.75;

/**
 * BM25 (Robertson and Zaragoza, 2009) as LanceDB computes it.
 * @param terms distinct terms of the query
 * @param tokens terms of the document, repeated as often as they occur
 */
export function bm25(
  terms: readonly string[],
  tokens: readonly string[],
  { documents, averageLength, frequency }: TermStatistics,
): number {
  const counts = new Map<string, number>();
  const wanted = new Set(terms);
  for (const token of tokens) if (wanted.has(token)) counts.set(token, (counts.get(token) ?? 0) + 1);
  const norm = k1 * (1 - b + (b * tokens.length) / Math.max(1, averageLength));
  let score = 0;
  for (const [term, count] of counts) {
    const df = frequency(term);
    score += Math.log(1 + (documents - df + 0.5) / (df + 0.5)) * ((count * (k1 + 1)) / (count + norm));
  }
  return score;
}

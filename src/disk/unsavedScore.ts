import type { Weighing } from './pageEvidence';

/** As LanceDB has them. */
const k1 = 1.2;
const b = 0.75;

/** BM25 (Robertson and Zaragoza, 2009) of a page that is in no index, comparable with what the index says of its pages. */
export function unsavedScore(
  { toks }: { readonly toks: Uint8Array },
  { query, scanner, idf, statistics, asked }: Weighing,
): number {
  const counts = new Uint16Array(query.terms.length);
  const length = scanner.scan(toks, 0, (place) => {
    if (place >= 0) counts[place] = (counts[place] as number) + 1;
  });
  // Path and symbols stand twice among the terms of a page.
  const average = 2 * statistics.averageHead + statistics.averageBody;
  const norm = k1 * (1 - b + (b * length) / average);
  return asked.reduce((sum, term) => {
    const place = query.places.get(term) ?? -1;
    const count = counts[place] ?? 0;
    return sum + ((idf[place] ?? 0) * count * (k1 + 1)) / (count + norm);
  }, 0);
}

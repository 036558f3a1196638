/** Pages that have an identifier of the question word for word, when few have it: who writes it wants these. */
import type { PageEvidence, Weighing } from './pageEvidence';

/** An identifier on more pages than this is known all over the workspace: it takes more to tell them apart. */
const fewPages = 10;
/** What of the question the identifiers must make up, by idf. */
const leastShare = 0.5;

/**
 * @param evidence of all candidates
 * @returns what share of the question's words each of these pages has as rare identifiers, by page
 */
export function literalPages(
  evidence: readonly PageEvidence[],
  { query, idf }: Weighing,
): ReadonlyMap<PageEvidence, number> {
  const shares = new Map<PageEvidence, number>();
  let mass = 0;
  for (const place of query.words.keys()) mass += idf[place] as number;
  for (const [place, isCompound] of query.words) {
    if (!isCompound) continue;
    const having = evidence.filter(({ terms }) => terms.includes(place));
    if (having.length > fewPages) continue;
    for (const one of having) shares.set(one, (shares.get(one) ?? 0) + (idf[place] as number) / mass);
  }
  return new Map([...shares].filter(([, share]) => share >= leastShare));
}

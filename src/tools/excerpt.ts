/** Short excerpts around the words that were searched for. */

/** @returns the query's words, lower case, longest first (long words say most) */
function queryWords(query: string): string[] {
  const words = query.toLowerCase().match(/[\p{L}\p{N}_]{3,}/gu) ?? [];
  return [...new Set(words)].sort((a, b) => b.length - a.length);
}

/**
 * @param maxChars longest excerpt, ellipses not counted
 * @returns the whole text on one line when it is short, else the part that has most of the query's words
 */
export function excerpt(text: string, query: string, maxChars: number): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  if (flat.length <= maxChars) return flat;
  const lead = Math.floor(maxChars / 3);
  const words = queryWords(query).filter((word) => word.length <= maxChars - lead);
  const hit = densest(occurrences(flat.toLowerCase(), words), maxChars - lead);
  const start = Math.max(0, Math.min(hit - lead, flat.length - maxChars));
  const cut = wholeCharacters(flat.slice(start, start + maxChars));
  return `${start > 0 ? '…' : ''}${cut}${start + maxChars < flat.length ? '…' : ''}`;
}

interface Occurrence {
  readonly word: string;
  readonly at: number;
}

function occurrences(lower: string, words: readonly string[]): Occurrence[] {
  const found: Occurrence[] = [];
  for (const word of words) {
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length))
      found.push({ word, at });
  }
  return found.sort((a, b) => a.at - b.at);
}

/** @returns where the longest word stands in the first stretch of `chars` that has most different words, by their length */
function densest(found: readonly Occurrence[], chars: number): number {
  const inside = new Map<string, number>();
  let best: readonly Occurrence[] = [];
  let [most, weight, end] = [0, 0, 0];
  for (const [start, { word, at }] of found.entries()) {
    for (let next = found[end]; next && next.at + next.word.length <= at + chars; next = found[++end]) {
      const times = inside.get(next.word) ?? 0;
      if (times === 0) weight += next.word.length;
      inside.set(next.word, times + 1);
    }
    if (weight > most) [best, most] = [found.slice(start, end), weight];
    const left = (inside.get(word) ?? 0) - 1;
    inside.set(word, left);
    if (left === 0) weight -= word.length;
  }
  const longest = Math.max(...best.map(({ word }) => word.length));
  return best.find(({ word }) => word.length === longest)?.at ?? 0;
}

/** Drops the half of a surrogate pair that a cut left at either end. */
function wholeCharacters(cut: string): string {
  return cut.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
}

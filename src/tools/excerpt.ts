/** Short excerpts around the words that were searched for. */

/** @returns the query's words, lower case, longest first (long words say most) */
function queryWords(query: string): string[] {
  const words = query.toLowerCase().match(/[\p{L}\p{N}_]{3,}/gu) ?? [];
  return [...new Set(words)].sort((a, b) => b.length - a.length);
}

/**
 * @param maxChars longest excerpt, ellipses not counted
 * @returns the whole text on one line when it is short, else the part around the longest query word found
 */
export function excerpt(text: string, query: string, maxChars: number): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  if (flat.length <= maxChars) return flat;
  const lower = flat.toLowerCase();
  const hit = queryWords(query)
    .map((word) => lower.indexOf(word))
    .find((index) => index >= 0);
  const start = Math.max(0, Math.min((hit ?? 0) - Math.floor(maxChars / 3), flat.length - maxChars));
  const cut = wholeCharacters(flat.slice(start, start + maxChars));
  return `${start > 0 ? '…' : ''}${cut}${start + maxChars < flat.length ? '…' : ''}`;
}

/**
 * The lines of a piece of code that hold most query words, in file order; its first lines when none does.
 * @returns at most `maxLines` lines, each at most `maxChars` long, with their line numbers
 */
export function bestLines(
  code: string,
  query: string,
  firstLine: number,
  maxLines: number,
  maxChars = 110,
): { readonly line: number; readonly text: string }[] {
  const words = queryWords(query);
  return code
    .split('\n')
    .map((text, i) => {
      const lower = text.toLowerCase();
      return { line: firstLine + i, text, score: words.filter((word) => lower.includes(word)).length };
    })
    .filter(({ text }) => /[\p{L}\p{N}]/u.test(text))
    .sort((a, b) => b.score - a.score || a.line - b.line)
    .slice(0, maxLines)
    .sort((a, b) => a.line - b.line)
    .map(({ line, text }) => ({ line, text: clip(text.trim(), maxChars) }));
}

/** @returns the text's first `maxChars` characters, with an ellipsis when that is not all */
function clip(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${wholeCharacters(text.slice(0, maxChars))}…`;
}

/** Drops the half of a surrogate pair that a cut left at either end. */
function wholeCharacters(cut: string): string {
  return cut.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
}

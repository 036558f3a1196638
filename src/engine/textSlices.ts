/** Slices of stored texts by lines: what a digest left out, one place of a long result, a line that is itself too long. */
import { splitLines } from './filePages';
import type { TokenCounter } from './ports';
import { servePages } from './textPages';

/** Which part of a text is wanted. */
export interface Slice {
  /** 1-based page of what `startLine` and `endLine` leave. */
  readonly page?: number | undefined;
  /** 1-based, inclusive. For file pages the file's own line numbers. */
  readonly startLine?: number | undefined;
  readonly endLine?: number | undefined;
}

/**
 * Serves whole lines as far as `limit` own tokens hold; a single line that is longer comes in pages.
 * @param before lines of the file above the text: they count in the numbers that are shown
 * @returns undefined when there are no such lines, or no such page
 */
export async function serveLines(
  text: string,
  { page = 1, startLine = 1, endLine }: Slice,
  limit: number,
  counter: TokenCounter,
  before = 0,
): Promise<string | undefined> {
  const lines = splitLines(text);
  const total = before === 0 ? ` of ${lines.length}` : '';
  const last = Math.min(endLine ?? lines.length, lines.length);
  if (startLine > last) return undefined;
  const wanted = lines.slice(startLine - 1, last);
  const costs = await counter.count(wanted.slice(0, Math.ceil(limit)));
  let count = 0;
  for (let left = limit; count < costs.length; count++) {
    left -= Math.max(1, costs[count] ?? 0);
    if (left < 0) break;
  }
  if (count === 0 || page > 1) {
    const served = await servePages(wanted[0] ?? '', page, limit, counter);
    if (!served) return undefined;
    const number = before + startLine;
    const same = `startLine: ${number}, endLine: ${number}`;
    const next = served.next === undefined ? '' : `; go on with ${same}, page: ${served.next}`;
    const rest = served.next === undefined && startLine < last ? `; go on with startLine: ${number + 1}` : '';
    return `${served.text.replace(/\n$/, '')}\n[line ${number}${total}, ${served.label ?? 'whole'}${next}${rest}]`;
  }
  const end = startLine + count - 1;
  const next = end < last ? `; go on with startLine: ${before + end + 1}` : '';
  return `${wanted.slice(0, count).join('').replace(/\n$/, '')}\n[lines ${before + startLine}-${before + end}${total}${next}]`;
}

/** Digest of a result that is too long to admit: how it begins, how it ends, and what lies between. */
import { splitLines } from './filePages';
import type { TokenCounter } from './ports';
import { servePages } from './textPages';

/** Shares of what is admitted. Errors and totals stand at the end, so the end is shown too. */
const HEAD_SHARE = 0.6;
const TAIL_SHARE = 0.25;
/** Share that may go to saying which files the matches between are in. */
const FILES_SHARE = 0.1;
/** Below this many own tokens there is no room for that. */
const FILES_FROM_TOKENS = 400;

/**
 * @param tokens own tokens of the text @param limit those that may be shown; the line between comes on top
 * @param address under which `page_in` serves the rest
 */
export async function digest(
  text: string,
  tokens: number,
  limit: number,
  address: string,
  counter: TokenCounter,
): Promise<string> {
  const lines = splitLines(text);
  const head = await fitting(lines, limit * HEAD_SHARE, counter);
  const tail = await fitting(lines.slice(head).reverse(), limit * TAIL_SHARE, counter);
  if (head === 0 || head + tail >= lines.length) return firstPages(text, tokens, limit, address, counter);
  const [from, to] = [head + 1, lines.length - tail];
  const between = [
    `… lines ${from}-${to} of ${lines.length} left out${await filesBetween(lines.slice(head, to), limit, counter)}, ${tokens} tokens in all`,
    `page_in("${address}", startLine: ${from}) goes on, with endLine a slice`,
  ];
  return [
    lines.slice(0, head).join('').replace(/\n$/, ''),
    `[${between.join('; ')}]`,
    lines.slice(to).join(''),
  ].join('\n');
}

/** A text of few and very long lines is cut into pages. */
async function firstPages(
  text: string,
  tokens: number,
  limit: number,
  address: string,
  counter: TokenCounter,
): Promise<string> {
  const served = await servePages(text, 1, limit, counter);
  if (served?.next === undefined) return text;
  return `${served.text}\n[${served.label}, ${tokens} tokens in all; page_in("${address}", page: ${served.next}) goes on]`;
}

/** How many of the first lines `limit` own tokens hold. */
async function fitting(lines: readonly string[], limit: number, counter: TokenCounter): Promise<number> {
  // No line has less than a token.
  const counts = await counter.count(lines.slice(0, Math.ceil(limit)));
  let left = limit;
  let count = 0;
  for (const cost of counts) {
    left -= Math.max(1, cost);
    if (left < 0) break;
    count++;
  }
  return count;
}

/** For lines of matches, `src/a.ts:12: text`: how many there are in which file. */
async function filesBetween(lines: readonly string[], limit: number, counter: TokenCounter): Promise<string> {
  if (limit < FILES_FROM_TOKENS) return '';
  const paths = lines.flatMap((line) => /^(?:\d+\. )?([^\s:][^:]*):\d+(?:-\d+)?[: ]/.exec(line)?.[1] ?? []);
  if (paths.length < lines.length / 2) return '';
  const labels = fileCounts(paths);
  const shown = await fitting(labels, limit * FILES_SHARE, counter);
  const more = labels.length > shown ? ` and ${labels.length - shown} more files` : '';
  return ` (in ${labels.slice(0, shown).join(', ')}${more})`;
}

/** @param paths one for each match @returns `src/a.ts 12`, files with most matches first */
export function fileCounts(paths: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(path, (counts.get(path) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([path, n]) => `${path} ${n}`);
}

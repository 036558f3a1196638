/** Where in a file a text probably was meant to be found. */
import type { LineRange } from './PageTable';

/** Below this share of common words two lines have nothing to do with each other. */
const MIN_SIMILARITY = 0.4;

/**
 * Looks for the wanted text's most telling line (the one with most words) and lays the others out around it.
 * Similarity is Dice's coefficient of the lines' words.
 * @returns the lines most like `wanted`, or undefined when none is
 */
export function closestLines(lines: readonly string[], wanted: string): LineRange | undefined {
  const wantedLines = wanted.replace(/\r?\n$/, '').split('\n');
  const anchor = wantedLines.reduce((best, line, i) => {
    return wordsOf(line).size > wordsOf(wantedLines[best] ?? '').size ? i : best;
  }, 0);
  const words = wordsOf(wantedLines[anchor] ?? '');
  if (words.size === 0) return undefined;
  let [best, at] = [0, -1];
  for (const [index, line] of lines.entries()) {
    const score = similarity(words, wordsOf(line));
    if (score > best) [best, at] = [score, index];
  }
  if (best < MIN_SIMILARITY) return undefined;
  const startLine = Math.max(1, at - anchor + 1);
  return { startLine, endLine: Math.min(lines.length, startLine + wantedLines.length - 1) };
}

function wordsOf(line: string): ReadonlySet<string> {
  return new Set(line.match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]+/gu) ?? []);
}

function similarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const word of b) if (a.has(word)) common++;
  return (2 * common) / (a.size + b.size);
}

/**
 * Finds lines that a text quotes but for white space, and indents what is to stand in their place as they are. Whole lines
 * only, and only where there is one such place: the tightest of the levels that finds any decides.
 */
import { indentRule } from './indentRule';

export type Tolerance = 'trailing blanks' | 'indentation';

export type TolerantMatch =
  | {
      readonly kind: 'match';
      /** Offsets in the text. */
      readonly start: number;
      readonly end: number;
      /** What is to be put there, indented as the lines it replaces. */
      readonly put: string;
      readonly tolerated: readonly Tolerance[];
    }
  /** 1-based first lines of the places. */
  | { readonly kind: 'ambiguous'; readonly lines: readonly number[] }
  /** There is one place, but how `put` is to be indented does not follow from it. */
  | { readonly kind: 'indentation'; readonly startLine: number; readonly endLine: number };

/** @param text with `\n` only, as `old` and `put` @returns undefined when nothing is like it */
export function tolerantMatch(text: string, old: string, put: string): TolerantMatch | undefined {
  const lines = linesOf(text);
  const wanted = linesOf(old);
  if (wanted.every(isBlank)) return undefined;
  for (const same of [sameButTrailing, sameButIndented]) {
    const found = places(lines, wanted, same);
    if (found.length > 1) return { kind: 'ambiguous', lines: found.map((at) => at + 1) };
    const [at] = found;
    if (at !== undefined) return matchAt(text, lines.slice(at, at + wanted.length), at, old, put);
  }
  return undefined;
}

function matchAt(
  text: string,
  found: readonly string[],
  at: number,
  old: string,
  put: string,
): TolerantMatch {
  const wanted = linesOf(old);
  const pairs = wanted.flatMap((line, i): [string, string][] =>
    isBlank(line) ? [] : [[indentOf(line), indentOf(found[i] ?? '')]],
  );
  const start = offsetOfLine(text, at);
  const end = start + found.join('\n').length;
  const isLast = end === text.length;
  const whole = old.endsWith('\n');
  const trailing = wanted.some((line, i) => trailingOf(line) !== trailingOf(found[i] ?? ''));
  const tolerated: Tolerance[] = [
    ...(pairs.some(([ours, theirs]) => ours !== theirs) ? (['indentation'] as const) : []),
    ...(trailing ? (['trailing blanks'] as const) : []),
  ];
  // Without a line end there is none to replace.
  const ended = whole && isLast ? put.replace(/\n$/, '') : put;
  const match = { kind: 'match', end: whole && !isLast ? end + 1 : end, tolerated } as const;
  const [first, ...rest] = pairs;
  if (first?.[0] === '' && !isBlank(wanted[0] ?? '') && rest.length > 0 && rest.every(([a, b]) => a === b)) {
    // It begins after the indentation of its first line.
    return { ...match, start: start + first[1].length, put: ended };
  }
  const indented = reindent(ended, pairs);
  if (indented === undefined) return { kind: 'indentation', startLine: at + 1, endLine: at + wanted.length };
  return { ...match, start, put: indented };
}

/** @returns undefined when a line's indentation does not follow from the pairs */
function reindent(put: string, pairs: readonly (readonly [string, string])[]): string | undefined {
  const rule = indentRule(pairs);
  const lines: string[] = [];
  for (const line of put.split('\n')) {
    const indent = indentOf(line);
    const theirs = isBlank(line) ? indent : rule?.(indent);
    if (theirs === undefined) return undefined;
    lines.push(theirs + line.slice(indent.length));
  }
  return lines.join('\n');
}

function places(
  lines: readonly string[],
  wanted: readonly string[],
  same: (a: string, b: string) => boolean,
): readonly number[] {
  const found: number[] = [];
  // Most lines differ in the first that says something.
  const telling = Math.max(
    0,
    wanted.findIndex((line) => !isBlank(line)),
  );
  for (let at = 0; at + wanted.length <= lines.length; at++) {
    if (!same(lines[at + telling] ?? '', wanted[telling] ?? '')) continue;
    if (wanted.every((line, i) => same(lines[at + i] ?? '', line))) found.push(at);
  }
  return found;
}

/** A last line without characters is none. */
function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.length > 1 && lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function offsetOfLine(text: string, line: number): number {
  let offset = 0;
  for (let n = 0; n < line; n++) offset = text.indexOf('\n', offset) + 1;
  return offset;
}

// Blanks and tabs only: other white space is a character that somebody put there.
function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

function trailingOf(line: string): string {
  return /[ \t]*$/.exec(line)?.[0] ?? '';
}

function isBlank(line: string): boolean {
  return /^[ \t]*$/.test(line);
}

function sameButTrailing(a: string, b: string): boolean {
  return a.replace(/[ \t]+$/, '') === b.replace(/[ \t]+$/, '');
}

function sameButIndented(a: string, b: string): boolean {
  return a.replace(/^[ \t]+|[ \t]+$/g, '') === b.replace(/^[ \t]+|[ \t]+$/g, '');
}

/** Exact-match edits of a text: finding what is to be replaced, and replacing it with the line ends the text has. */
import { splitLines } from './filePages';
import type { LineRange } from './PageTable';

/** One replacement, in offsets of the text before. */
interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Lines before an edit, and how many stand in their place afterwards. */
export interface Hunk extends LineRange {
  readonly lines: number;
}

export interface EditedText {
  readonly text: string;
  /** In ascending order, disjoint. */
  readonly hunks: readonly Hunk[];
}

export type EditFailure =
  | { readonly kind: 'notFound' }
  /** First lines of the places where it occurs. */
  | { readonly kind: 'ambiguous'; readonly lines: readonly number[] };

/**
 * Replaces `old`, which must occur exactly once unless `all` is set. Line ends in `old` and `replacement` may be written
 * either way: what is put in gets those of the lines it replaces. A line end too many at the end of the text is forgiven.
 * @param old not empty
 */
export function editText(
  text: string,
  old: string,
  replacement: string,
  all: boolean,
): EditedText | EditFailure {
  const { plain, offset } = withoutCarriageReturns(text);
  let wanted = old.replaceAll('\r\n', '\n');
  let put = replacement.replaceAll('\r\n', '\n');
  let found = occurrences(plain, wanted, all ? wanted.length : 1);
  if (
    found.length === 0 &&
    wanted.length > 1 &&
    wanted.endsWith('\n') &&
    plain.endsWith(wanted.slice(0, -1))
  ) {
    wanted = wanted.slice(0, -1);
    put = put.replace(/\n$/, '');
    found = [plain.length - wanted.length];
  }
  if (found.length === 0) return { kind: 'notFound' };
  if (found.length > 1 && !all) {
    const lineAt = lineCounter(text);
    return { kind: 'ambiguous', lines: found.map((at) => lineAt(offset(at))) };
  }
  const replacements = found.map((at): Replacement => {
    const [start, end] = [offset(at), offset(at + wanted.length)];
    return { start, end, text: usesCarriageReturns(text, start, end) ? put.replaceAll('\n', '\r\n') : put };
  });
  return apply(text, replacements);
}

/** @returns where lines of the text before are afterwards, those that an edit replaced left out */
export function survivingRanges(
  range: LineRange,
  hunks: readonly Hunk[],
): readonly (LineRange & { readonly shift: number })[] {
  const surviving: (LineRange & { shift: number })[] = [];
  let from = range.startLine;
  let shift = 0;
  for (const hunk of hunks) {
    const until = Math.min(range.endLine, hunk.startLine - 1);
    if (until >= from) surviving.push({ startLine: from, endLine: until, shift });
    from = Math.max(from, hunk.endLine + 1);
    shift += hunk.lines - length(hunk);
  }
  if (from <= range.endLine) surviving.push({ startLine: from, endLine: range.endLine, shift });
  return surviving;
}

/** @returns the text with `\n` for every `\r\n`, and the offset in the text of an offset in that */
function withoutCarriageReturns(text: string): {
  readonly plain: string;
  readonly offset: (plainOffset: number) => number;
} {
  if (!text.includes('\r\n')) return { plain: text, offset: (at) => at };
  const plain = text.replaceAll('\r\n', '\n');
  /** Offsets in `plain` of the line ends that lost a character. */
  const shortened: number[] = [];
  for (let at = text.indexOf('\r\n'); at >= 0; at = text.indexOf('\r\n', at + 2))
    shortened.push(at - shortened.length);
  return { plain, offset: (at) => at + countBelow(shortened, at) };
}

/** How many of the ascending numbers are smaller than `limit`. */
function countBelow(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? limit) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function occurrences(text: string, wanted: string, step: number): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + step)) found.push(at);
  return found;
}

/** As the replaced lines end; where they have no end, as the text's lines do. */
function usesCarriageReturns(text: string, start: number, end: number): boolean {
  const replaced = text.slice(start, end);
  if (replaced.includes('\n')) return replaced.includes('\r\n');
  const next = text.indexOf('\n', end);
  return next > 0 ? text[next - 1] === '\r' : text.includes('\r\n');
}

function apply(text: string, replacements: readonly Replacement[]): EditedText {
  const lineAt = lineCounter(text);
  const hunks: { startLine: number; endLine: number; lines: number }[] = [];
  let after = '';
  let done = 0;
  for (const { start, end, text: put } of replacements) {
    after += text.slice(done, start) + put;
    done = end;
    const startLine = lineAt(start);
    // What follows is touched too, unless it begins a line afterwards as before.
    const joins = end < text.length && after !== '' && !after.endsWith('\n');
    const endLine = lineAt(joins ? end : Math.max(start, end - 1));
    const lines = endLine - startLine + 1 + countOf(put, '\n') - countOf(text.slice(start, end), '\n');
    const last = hunks.at(-1);
    if (last && startLine <= last.endLine) {
      last.lines += lines - (last.endLine - startLine + 1);
      last.endLine = Math.max(last.endLine, endLine);
    } else hunks.push({ startLine, endLine, lines });
  }
  after += text.slice(done);
  const last = hunks.at(-1);
  // A last line may have no line end, so line ends do not tell the number of lines there.
  if (last && last.endLine >= splitLines(text).length) {
    const shift = hunks.slice(0, -1).reduce((sum, hunk) => sum + hunk.lines - length(hunk), 0);
    last.lines = Math.max(0, splitLines(after).length - (last.startLine + shift) + 1);
  }
  return { text: after, hunks };
}

/** @returns a function that gives the 1-based line of an offset */
function lineCounter(text: string): (offset: number) => number {
  const ends = occurrences(text, '\n', 1);
  return (offset) => 1 + countBelow(ends, offset);
}

function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}

function length({ startLine, endLine }: LineRange): number {
  return endLine - startLine + 1;
}

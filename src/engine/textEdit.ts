/** Edits of a text: finding what is to be replaced, and replacing it with the line ends the text has. */
import { splitLines } from './filePages';
import type { LineRange } from './PageTable';
import { type Tolerance, tolerantMatch } from './tolerantMatch';

export interface TextEdit {
  /** Not empty. */
  readonly old: string;
  readonly new: string;
  /** Every place where `old` occurs; else there must be exactly one. */
  readonly replaceAll: boolean;
}

/** One replacement, in offsets of the text before. */
interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Index of the edit that asks for it. */
  readonly edit: number;
}

/** Lines before an edit, and how many stand in their place afterwards. */
export interface Hunk extends LineRange {
  readonly lines: number;
}

/** What an edit's `old` did not quote exactly, and the lines it was taken to mean. */
export interface Tolerated extends LineRange {
  /** Index of the edit. */
  readonly edit: number;
  readonly differs: readonly Tolerance[];
}

export interface EditedText {
  readonly text: string;
  /** In ascending order, disjoint. */
  readonly hunks: readonly Hunk[];
  readonly tolerated: readonly Tolerated[];
}

/** `edit` is the index of the edit that cannot be made; none of them is made then. */
export type EditFailure = { readonly edit: number } & (
  | { readonly kind: 'unchanged' | 'notFound' }
  /** First lines of the places where it occurs. */
  | { readonly kind: 'ambiguous'; readonly lines: readonly number[]; readonly exact: boolean }
  /** It stands there but for white space, from which the indentation of `new` does not follow. */
  | ({ readonly kind: 'indentation' } & LineRange)
  /** It replaces text that the edit `other` replaces, too. */
  | { readonly kind: 'overlap'; readonly other: number; readonly line: number }
);

/**
 * Makes all edits against the text as it is before them, or none. `old` is looked for exactly, then by whole lines up to
 * white space. Line ends may be written either way: what is put in gets those of the lines it replaces. A line end too
 * many at the end of the text is forgiven.
 */
export function editText(text: string, edits: readonly TextEdit[]): EditedText | EditFailure {
  const { plain, offset } = withoutCarriageReturns(text);
  const replacements: Replacement[] = [];
  const tolerated: Tolerated[] = [];
  const lineAt = lineCounter(plain);
  for (const [index, edit] of edits.entries()) {
    const found = find(plain, edit, lineAt);
    if ('kind' in found) return { ...found, edit: index };
    for (const { start, end, put } of found.places) {
      const [from, to] = [offset(start), offset(end)];
      const written = usesCarriageReturns(text, from, to) ? put.replaceAll('\n', '\r\n') : put;
      replacements.push({ start: from, end: to, text: written, edit: index });
    }
    const [place] = found.places;
    if (found.differs.length > 0 && place) {
      const range = { startLine: lineAt(place.start), endLine: lineAt(Math.max(place.start, place.end - 1)) };
      tolerated.push({ edit: index, differs: found.differs, ...range });
    }
  }
  replacements.sort((a, b) => a.start - b.start || a.end - b.end);
  for (const [index, { start, edit }] of replacements.entries()) {
    const before = replacements[index - 1];
    if (!before || before.end <= start) continue;
    const line = lineCounter(text)(start);
    return { kind: 'overlap', edit: Math.max(edit, before.edit), other: Math.min(edit, before.edit), line };
  }
  return { ...apply(text, replacements), tolerated };
}

interface Place {
  readonly start: number;
  readonly end: number;
  readonly put: string;
}

type Found =
  | { readonly places: readonly Place[]; readonly differs: readonly Tolerance[] }
  | { readonly kind: 'unchanged' | 'notFound' }
  | { readonly kind: 'ambiguous'; readonly lines: readonly number[]; readonly exact: boolean }
  | ({ readonly kind: 'indentation' } & LineRange);

/** @param plain without carriage returns before line ends @param lineAt the line of an offset in it */
function find(
  plain: string,
  { old, new: replacement, replaceAll }: TextEdit,
  lineAt: (offset: number) => number,
): Found {
  const wanted = old.replaceAll('\r\n', '\n');
  const put = replacement.replaceAll('\r\n', '\n');
  if (wanted === put) return { kind: 'unchanged' };
  const found = occurrences(plain, wanted, replaceAll ? wanted.length : 1);
  if (found.length > 1 && !replaceAll) return { kind: 'ambiguous', lines: found.map(lineAt), exact: true };
  if (found.length > 0) {
    const places = found.map((start) => ({ start, end: start + wanted.length, put }));
    return { places, differs: [] };
  }
  const unended = wanted.slice(0, -1);
  if (wanted.length > 1 && wanted.endsWith('\n') && plain.endsWith(unended)) {
    const place = { start: plain.length - unended.length, end: plain.length, put: put.replace(/\n$/, '') };
    return { places: [place], differs: [] };
  }
  const match = tolerantMatch(plain, wanted, put);
  if (!match) return { kind: 'notFound' };
  if (match.kind === 'match') return { places: [match], differs: match.tolerated };
  if (match.kind === 'indentation') return match;
  return { ...match, exact: false };
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

function apply(text: string, replacements: readonly Replacement[]): Omit<EditedText, 'tolerated'> {
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

/** Where a code block of an answer belongs in a file: all of it, or the part that it begins and ends like. */
import { diffArrays } from 'diff';

export type AppliedBlock =
  | { readonly ok: true; readonly text: string }
  /** For the person. */
  | { readonly ok: false; readonly reason: string };

/** A line that stands for others which the model did not write out. */
const ELISION = /^\s*(?:(?:\/\/|#|--|;|\/\*|<!--|\{\/\*)\s*(?:\.{3}|…)|(?:\.{3}|…)\s*$|(?:\.{3}|…)\s+\w)/;
/** Share of a region's lines that must be in the block: else it would take away what it does not speak of. */
const KEPT_SHARE = 0.4;
/** So many lines may go whatever their share is. */
const FREE_LINES = 3;

/**
 * Indentation may differ, the first and last line must be there: a block is never put where it only resembles something.
 * @param file the text now; its line ends stay
 */
export function applyBlock(file: string, block: string): AppliedBlock {
  const end = file.includes('\r\n') ? '\r\n' : '\n';
  const lines = linesOf(file);
  const code = trimmedBlock(linesOf(block));
  if (code.length === 0) return refused('The block is empty.');
  const elision = code.find((line) => ELISION.test(line));
  if (elision !== undefined) {
    return refused(
      `The block leaves something out (“${shown(elision)}”): ask for all of it, or for an edit.`,
    );
  }
  if (!lines.some(isWritten)) return { ok: true, text: `${code.join(end)}${end}` };
  const region = regionOf(lines, code);
  if (typeof region === 'string') return refused(region);
  const before = lines.slice(region.first, region.last + 1);
  const written = before.filter(isWritten).length;
  const kept = sharedLines(before, code);
  if (kept < KEPT_SHARE * written && written - kept > FREE_LINES) {
    return refused(
      `It would take away ${written - kept} of the ${written} lines between its first and its last: ask for an edit.`,
    );
  }
  const text = [
    ...lines.slice(0, region.first),
    ...indented(code, region.indent),
    ...lines.slice(region.last + 1),
  ].join(end);
  return text === lines.join(end) ? refused('The file says this already.') : { ok: true, text };
}

/** White space that the file's lines have more than the block's, or less. */
type Indent = { readonly add: string } | { readonly remove: string };

interface Region {
  /** Indexes of lines, inclusive. */
  readonly first: number;
  readonly last: number;
  readonly indent: Indent;
}

/** @returns the region, or why there is none that is certain */
function regionOf(lines: readonly string[], code: readonly string[]): Region | string {
  const [head = '', tail = ''] = [code[0], code.at(-1)];
  const top = lines.findIndex(isWritten);
  const bottom = lines.findLastIndex(isWritten);
  const firsts = indexesOf(lines, head);
  if (firsts.length === 0) return `The file has no line “${shown(head)}”, with which the block begins.`;
  const second = code.find((line, i) => i > 0 && isWritten(line))?.trim();
  const certain =
    firsts.length === 1
      ? firsts
      : firsts.filter((i) => second !== undefined && nextWritten(lines, i) === second);
  const [first] = certain;
  if (first === undefined || certain.length > 1)
    return `The file has several places where a line “${shown(head)}” stands, with which the block begins.`;
  const indent = indentBetween(indentOf(head), indentOf(lines[first] ?? ''));
  if (!indent) return `Line ${first + 1} of the file is indented in another way than the block.`;
  if (code.length === 1) return { first, last: first, indent };
  const wanted = (indented([tail], indent)[0] ?? '').trimEnd();
  const lasts = lines.flatMap((line, i) => (i > first && line.trimEnd() === wanted ? [i] : []));
  const [nearest] = lasts;
  if (nearest === undefined)
    return `After line ${first + 1} the file has no line “${shown(tail)}”, with which the block ends.`;
  // A block that begins and ends as the file does is probably all of it; a part ends where that is first closed.
  const likeness = (last: number) => likenessOf(lines.slice(first, last + 1), code);
  const isWhole = first === top && lasts.at(-1) === bottom && likeness(bottom) > likeness(nearest);
  return { first, last: isWhole ? bottom : nearest, indent };
}

function likenessOf(region: readonly string[], code: readonly string[]): number {
  return sharedLines(region, code) / Math.max(region.filter(isWritten).length, code.filter(isWritten).length);
}

function refused(reason: string): AppliedBlock {
  return { ok: false, reason };
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/);
}

/** Without the empty lines around it. */
function trimmedBlock(lines: readonly string[]): string[] {
  const first = lines.findIndex(isWritten);
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex(isWritten) + 1);
}

function isWritten(line: string): boolean {
  return line.trim() !== '';
}

function indexesOf(lines: readonly string[], wanted: string): number[] {
  return lines.flatMap((line, i) => (line.trim() === wanted.trim() ? [i] : []));
}

function nextWritten(lines: readonly string[], index: number): string | undefined {
  return lines.find((line, i) => i > index && isWritten(line))?.trim();
}

function sharedLines(a: readonly string[], b: readonly string[]): number {
  const clean = (lines: readonly string[]) => lines.filter(isWritten).map((line) => line.trim());
  return diffArrays(clean(a), clean(b))
    .filter(({ added, removed }) => !added && !removed)
    .reduce((sum, { value }) => sum + value.length, 0);
}

function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

function indentBetween(block: string, file: string): Indent | undefined {
  if (file.endsWith(block)) return { add: file.slice(0, file.length - block.length) };
  return block.endsWith(file) ? { remove: block.slice(0, block.length - file.length) } : undefined;
}

function indented(code: readonly string[], indent: Indent): string[] {
  return code.map((line) => {
    if (!isWritten(line)) return '';
    if ('add' in indent) return `${indent.add}${line}`;
    return line.startsWith(indent.remove) ? line.slice(indent.remove.length) : line.trimStart();
  });
}

function shown(line: string): string {
  const text = line.trim();
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

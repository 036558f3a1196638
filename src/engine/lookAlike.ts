/** Texts that a person takes for the same and that are not: other characters for the same letters, quotes and blanks. */
import { splitLines } from './filePages';
import type { LineRange } from './PageTable';

export interface LookAlike extends LineRange {
  /** Characters that only the one text has, as `U+00A0`. */
  readonly inFile: readonly string[];
  readonly inOld: readonly string[];
}

/** Code points that a difference names. */
const MAX_NAMED = 4;

/** @returns the lines that look like `old`; undefined when none do */
export function lookAlike(text: string, old: string): LookAlike | undefined {
  const plainOld = plain(old);
  if (plainOld.trim() === '') return undefined;
  const plainText = plain(text);
  const at = plainText.indexOf(plainOld);
  if (at < 0) return undefined;
  const startLine = plainText.slice(0, at).split('\n').length;
  const endLine = startLine + splitLines(old).length - 1;
  const lines = splitLines(text)
    .slice(startLine - 1, endLine)
    .join('');
  const [theirs, ours] = [new Set(lines), new Set(old)];
  const only = (some: ReadonlySet<string>, others: ReadonlySet<string>) =>
    [...some]
      .filter((char) => !others.has(char) && plain(char) !== char)
      .slice(0, MAX_NAMED)
      .map(codePoint);
  return { startLine, endLine, inFile: only(theirs, ours), inOld: only(ours, theirs) };
}

/** With one character for all that look alike, on the lines they are on. */
function plain(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .normalize('NFKD')
    .replace(/[\p{Mn}\u200b-\u200f\u2060\ufeff]/gu, '')
    .replace(/[\u2018\u2019\u201b\u2032]/g, "'")
    .replace(/[\u201c\u201d\u201f\u2033]/g, '"')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[^\S\n]/gu, ' ');
}

function codePoint(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

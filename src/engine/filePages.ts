/** File ranges as the model sees them: numbered lines under a heading with the address. */
import { fileAddress } from './addresses';
import { cutText } from './cutText';
import type { LineRange } from './PageTable';
import type { FilePage } from './pages';
import type { BlobHash, FileSnapshot } from './ports';

/** A line longer than this is cut on display; the hash still covers all of it. */
const MAX_LINE_CHARS = 2000;

/** @returns the file's lines, each with its line ending; an empty file has none */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** @returns the raw text of a 1-based, inclusive range */
export function rawRange(lines: readonly string[], range: LineRange): string {
  return lines.slice(range.startLine - 1, range.endLine).join('');
}

/** @returns the page of a range as the file holds it now @param source raw text of the range, and its place in the blob store */
export function filePageOf(
  snapshot: FileSnapshot,
  { startLine, endLine }: LineRange,
  source: BlobHash,
): FilePage {
  const address = fileAddress(snapshot.addressPath, startLine, endLine, source);
  return { address, path: snapshot.path, startLine, endLine, source, version: snapshot.version };
}

/** @returns whether a line, line end included, is too long to be shown whole */
export function isCut(line: string): boolean {
  return line.replace(/\r?\n$/, '').length > MAX_LINE_CHARS;
}

/** @returns one line as shown: right-aligned number, tab, text without its line ending */
export function numberedLine(line: string, number: number): string {
  const text = line.replace(/\r?\n$/, '');
  const shown = isCut(line)
    ? `${cutText(text, MAX_LINE_CHARS)}…[line cut: ${text.length} characters; page_in(address of this page, startLine: ${number}, endLine: ${number}) shows all]`
    : text;
  return `${String(number).padStart(5)}\t${shown}`;
}

/** @returns the range as shown, below its address */
export function renderFilePage(
  addressPath: string,
  range: LineRange,
  source: string,
  sourceHash: BlobHash,
  heading: string,
): { readonly address: string; readonly text: string } {
  const address = fileAddress(addressPath, range.startLine, range.endLine, sourceHash);
  const body = splitLines(source).map((line, index) => numberedLine(line, range.startLine + index));
  return { address, text: [`${address} · ${heading}`, ...body].join('\n') };
}

/**
 * Stale pages that a rollover is to keep are shown as their files are now: the head is written anew anyway, and what was
 * edited last is what the next steps need. So are pages that the model has edited itself: the edits leave the queue.
 */

import { parseAddress } from './addresses';
import { filePageOf, rawRange, renderFilePage, splitLines } from './filePages';
import { isFile, type LineRange, type Page, type ResidentPage } from './PageTable';
import type { FilePage } from './pages';
import type { BlobStore, TokenCounter, WorkspaceFiles } from './ports';

interface RefreshParts {
  readonly files: WorkspaceFiles;
  readonly blobs: BlobStore;
  readonly counter: TokenCounter;
}

/** A range as its file is now. */
export interface RefreshedPage extends FilePage {
  /** Own tokens of the range as it is shown. */
  readonly tokens: number;
}

/** Lines at either end by which a range is found again. */
const ANCHOR_LINES = 4;
/** Lines that an edit may have moved a range by. */
const MAX_SHIFT = 200;

/**
 * Every resident range of each file that has a stale one: all of them from one reading, so that they fit together. And
 * those that the window shows as they were before edits of the model's own.
 * @returns by the address of the page as it was; without the pages of files that cannot be read, or must not be unasked
 */
export async function refreshedPages(
  pages: readonly Page[],
  { files, blobs, counter }: RefreshParts,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, RefreshedPage>> {
  const ranges = pages.filter(isFile);
  const refreshed = new Map<string, RefreshedPage>();
  for (const { address, path, startLine, endLine, source, version } of ranges.filter(
    (page) => page.derived,
  )) {
    const parsed = parseAddress(address);
    if (parsed?.kind !== 'file') continue;
    const text = await blobs.get(source);
    const shown = renderFilePage(parsed.addressPath, { startLine, endLine }, text, source, '');
    const [tokens = 0] = await counter.count([shown.text]);
    refreshed.set(address, { address, path, startLine, endLine, source, version, tokens });
  }
  for (const path of new Set(ranges.filter((page) => page.stale).map((page) => page.path))) {
    if (await files.isSecret(path)) continue;
    const snapshot = await files.read(path, signal).catch(() => undefined);
    if (!snapshot) continue;
    const lines = splitLines(snapshot.text);
    for (const page of ranges.filter((range) => range.path === path)) {
      const range = await movedTo(page, lines, blobs);
      if (!range) continue;
      const text = rawRange(lines, range);
      const source = await blobs.put(text);
      const shown = renderFilePage(snapshot.addressPath, range, text, source, '');
      const [tokens = 0] = await counter.count([shown.text]);
      refreshed.set(page.address, { ...filePageOf(snapshot, range, source), tokens });
    }
  }
  return refreshed;
}

/** Where the lines of a page are now, by those at its ends. */
async function movedTo(
  page: ResidentPage,
  lines: readonly string[],
  blobs: BlobStore,
): Promise<LineRange | undefined> {
  const before = splitLines(await blobs.get(page.source));
  const first = before.slice(0, ANCHOR_LINES);
  const last = before.slice(-ANCHOR_LINES);
  const startLine = page.startLine + shiftOf(first, lines, page.startLine);
  const endLine = page.endLine + shiftOf(last, lines, page.endLine - last.length + 1);
  const range = { startLine: Math.max(1, startLine), endLine: Math.min(lines.length, endLine) };
  return range.startLine <= range.endLine ? range : undefined;
}

/** @returns by how many lines the anchor has moved from its 1-based line; the smallest shift that fits best */
function shiftOf(anchor: readonly string[], lines: readonly string[], line: number): number {
  let best = 0;
  let most = matches(anchor, lines, line);
  for (let distance = 1; distance <= MAX_SHIFT && most < anchor.length; distance++) {
    for (const shift of [distance, -distance]) {
      const found = matches(anchor, lines, line + shift);
      if (found > most) [best, most] = [shift, found];
    }
  }
  return best;
}

function matches(anchor: readonly string[], lines: readonly string[], line: number): number {
  return anchor.filter((text, index) => lines[line - 1 + index] === text).length;
}

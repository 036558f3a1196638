/** A file with changes that wait for the person: its texts, and what they are shown of it. */

import { splitLines } from '../filePages';
import type { BlobHash, BlobStore, ContentHasher, LineDiff, WorkspaceFiles } from '../ports';
import type { PendingChange } from './changeEvents';
import { keptText } from './keptText';
import { type PendingRegion, pendingRegions } from './pendingRegions';
import { textNow } from './putBack';

/** Lines of a file as it is now that wait for the person. */
export interface PendingHunk {
  /** The same as long as the hunk is. */
  readonly id: string;
  /** 1-based, inclusive; `endLine` < `startLine`: lines were taken out before `startLine`. */
  readonly startLine: number;
  readonly endLine: number;
  /** Each with its line end. */
  readonly oldLines: readonly string[];
  readonly newLines: readonly string[];
  /** The person has changed some of the lines after the model did: they are not undone. */
  readonly editedSince: boolean;
}

export interface PendingFile {
  /** Workspace path. */
  readonly path: string;
  readonly change: 'edited' | 'created' | 'deleted' | 'moved';
  /** Where it was moved from. */
  readonly from?: string;
  /** Lines. */
  readonly added: number;
  readonly removed: number;
  readonly hunks: readonly PendingHunk[];
  /** By the person, after the model's last change; anywhere in the file. */
  readonly editedSince: boolean;
  /** Session that made the changes, when it was another. */
  readonly chat?: string;
}

export interface WaitingFile {
  readonly path: string;
  readonly change: PendingChange;
  readonly baseline: string | undefined;
  readonly last: string | undefined;
  readonly now: string | undefined;
  readonly regions: readonly PendingRegion[];
}

export interface WaitingParts {
  readonly files: WorkspaceFiles;
  readonly blobs: BlobStore;
  readonly hash: ContentHasher;
  readonly lineDiff: LineDiff;
}

/**
 * @returns undefined when its texts are no longer kept: a chat that goes on from long ago may have changes that were
 *   reviewed since then. @throws JournalError
 */
export async function readWaiting(
  { files, blobs, lineDiff }: WaitingParts,
  path: string,
  change: PendingChange,
): Promise<WaitingFile | undefined> {
  const [baseline, last, now] = await Promise.all([
    keptText(blobs, change.baseline),
    keptText(blobs, change.last),
    textNow(files, path),
  ]);
  const isGone = (hash: BlobHash | undefined, text: string | undefined) =>
    hash !== undefined && text === undefined;
  if (isGone(change.baseline, baseline) || isGone(change.last, last)) return undefined;
  const isEdit = baseline !== undefined && last !== undefined && now !== undefined;
  const regions = isEdit ? pendingRegions(baseline, last, now, lineDiff) : [];
  return { path, change, baseline, last, now, regions };
}

/** @returns undefined when there is nothing to judge: it is as it was, or the person has deleted it */
export function describeWaiting(file: WaitingFile, hash: ContentHasher): PendingFile | undefined {
  const { path, change, baseline, last, now, regions } = file;
  if (now === undefined && last !== undefined) return undefined;
  const kind = kindOf(change);
  if (kind === 'deleted' && now !== undefined) return undefined;
  const ids = new Set<string>();
  const hunk = (
    startLine: number,
    oldLines: readonly string[],
    newLines: readonly string[],
    mixed: boolean,
  ) => {
    const endLine = startLine + newLines.length - 1;
    const id = freeId(ids, hash(JSON.stringify([oldLines, newLines])).slice(0, 12));
    return { id, startLine, endLine, oldLines, newLines, editedSince: mixed };
  };
  const lines = splitLines(now ?? '');
  const isWhole = baseline === undefined || last === undefined;
  const hunks = isWhole
    ? wholeHunks(hunk, change.form?.binary ? [] : splitLines(baseline ?? ''), lines, now !== last)
    : regions.map(({ start, end, old, mixed }) => hunk(start + 1, old, lines.slice(start, end), mixed));
  if (kind === 'edited' && hunks.length === 0) return undefined;
  return {
    path,
    change: kind,
    ...(change.from === undefined ? {} : { from: change.from }),
    added: hunks.reduce((sum, { newLines }) => sum + newLines.length, 0),
    removed: hunks.reduce((sum, { oldLines }) => sum + oldLines.length, 0),
    hunks,
    editedSince: now !== last,
    ...(change.chat === undefined ? {} : { chat: change.chat }),
  };
}

function kindOf({ from, baseline, last }: PendingChange): PendingFile['change'] {
  if (from !== undefined) return 'moved';
  if (baseline === undefined) return 'created';
  return last === undefined ? 'deleted' : 'edited';
}

/** Created or deleted as a whole; an empty file has no lines to show. */
function wholeHunks(
  hunk: (at: number, old: readonly string[], now: readonly string[], mixed: boolean) => PendingHunk,
  old: readonly string[],
  now: readonly string[],
  mixed: boolean,
): readonly PendingHunk[] {
  return old.length + now.length === 0 ? [] : [hunk(1, old, now, mixed)];
}

/** Hunks with the same lines are told apart by their order. */
function freeId(taken: Set<string>, wanted: string): string {
  let id = wanted;
  for (let nth = 2; taken.has(id); nth++) id = `${wanted}-${nth}`;
  taken.add(id);
  return id;
}

/** From one change that waits for review to the next or the one before, over all files, round and round. */
import { Range, Selection, TextEditorRevealType, type Uri, window } from 'vscode';
import type { PendingHunk } from '../../engine/changes/WaitingFile';
import { lineOf } from './HunkLenses';
import type { PendingChanges, PendingDocument } from './PendingChanges';
import { showChanges } from './showChanges';

interface Stop {
  readonly pending: PendingDocument;
  /** Missing for a file that is gone. */
  readonly hunk?: PendingHunk;
}

/** @returns whether there was one */
export async function goToChange(changes: PendingChanges, step: 1 | -1): Promise<boolean> {
  const stops = changes
    .list()
    .flatMap((pending): Stop[] =>
      pending.file.hunks.length === 0 || pending.file.change === 'deleted'
        ? [{ pending }]
        : pending.file.hunks.map((hunk) => ({ pending, hunk })),
    );
  const editor = window.activeTextEditor;
  const stop = stops.at(nextStop(stops, editor?.document.uri, editor?.selection.active.line ?? 0, step));
  if (!stop) return false;
  const { pending, hunk } = stop;
  const at = hunk ? lineOf(hunk, Number.POSITIVE_INFINITY) : 0;
  const range = new Range(at, 0, at, 0);
  if (editor && editor.document.uri.toString() === pending.uri.toString()) {
    editor.selection = new Selection(range.start, range.end);
    editor.revealRange(range, TextEditorRevealType.InCenterIfOutsideViewport);
  } else await showChanges(pending, { selection: range });
  return true;
}

/** @returns the index of the stop to go to; past the ends it is that of the other end */
function nextStop(stops: readonly Stop[], uri: Uri | undefined, line: number, step: 1 | -1): number {
  const here = (stop: Stop) => stop.pending.uri.toString() === uri?.toString();
  const lineAt = (stop: Stop) => (stop.hunk ? lineOf(stop.hunk, Number.POSITIVE_INFINITY) : 0);
  const first = stops.findIndex(here);
  if (first < 0) return step > 0 ? 0 : -1;
  const last = stops.findLastIndex(here);
  if (step > 0) {
    const after = stops.findIndex((stop) => here(stop) && lineAt(stop) > line);
    return (after < 0 ? last + 1 : after) % stops.length;
  }
  const before = stops.findLastIndex((stop) => here(stop) && lineAt(stop) < line);
  return (before < 0 ? first : before + 1) - 1;
}

/** “Keep” and “Undo” over each hunk that waits for review. */
import { CodeLens, type CodeLensProvider, Range, type TextDocument } from 'vscode';
import type { PendingHunk } from '../../engine/changes/WaitingFile';
import type { PendingChanges } from './PendingChanges';

export class HunkLenses implements CodeLensProvider {
  readonly onDidChangeCodeLenses = this.changes.onDidChange;

  constructor(private readonly changes: PendingChanges) {}

  provideCodeLenses(document: TextDocument): CodeLens[] {
    const { file } = this.changes.of(document.uri) ?? {};
    if (!file) return [];
    return file.hunks.flatMap((hunk) => {
      const at = lineOf(hunk, document.lineCount);
      const range = new Range(at, 0, at, 0);
      const lens = (title: string, command: string) =>
        new CodeLens(range, { title, tooltip: summary(hunk), command, arguments: [file.path, hunk.id] });
      const keep = lens('$(check) Keep', 'virtualContext.keepChange');
      // What the person has written there is not undone with it.
      if (hunk.editedSince) return [keep, lens('edited by you since', 'virtualContext.showFileChanges')];
      return [keep, lens('$(discard) Undo', 'virtualContext.undoChange')];
    });
  }
}

/** @returns the line a hunk is shown at, 0-based; where lines are gone, the one that follows them */
export function lineOf({ startLine }: PendingHunk, lineCount: number): number {
  return Math.max(0, Math.min(startLine - 1, lineCount - 1));
}

function summary({ oldLines, newLines }: PendingHunk): string {
  const lines = (count: number) => `${count} ${count === 1 ? 'line' : 'lines'}`;
  if (oldLines.length === 0) return `The assistant added ${lines(newLines.length)}`;
  if (newLines.length === 0) return `The assistant removed ${lines(oldLines.length)}`;
  return `The assistant replaced ${lines(oldLines.length)} by ${newLines.length}`;
}

/** Marks the hunks that wait for review in the editors that show them, and in their overview rulers. */
import { type Disposable, OverviewRulerLane, Range, type TextEditor, ThemeColor, window } from 'vscode';
import { lineOf } from './HunkLenses';
import type { PendingChanges } from './PendingChanges';

export class HunkMarks implements Disposable {
  private readonly mark = window.createTextEditorDecorationType({
    isWholeLine: true,
    borderStyle: 'solid',
    borderWidth: '0 0 0 2px',
    borderColor: new ThemeColor('editorGutter.modifiedBackground'),
    overviewRulerColor: new ThemeColor('editorOverviewRuler.modifiedForeground'),
    overviewRulerLane: OverviewRulerLane.Left,
  });
  private readonly subscriptions: readonly Disposable[];

  constructor(private readonly changes: PendingChanges) {
    const draw = () => {
      for (const editor of window.visibleTextEditors) this.draw(editor);
    };
    this.subscriptions = [changes.onDidChange(draw), window.onDidChangeVisibleTextEditors(draw)];
  }

  dispose(): void {
    for (const disposable of [this.mark, ...this.subscriptions]) disposable.dispose();
  }

  private draw(editor: TextEditor): void {
    const { document } = editor;
    const hunks = this.changes.of(document.uri)?.file.hunks ?? [];
    const ranges = hunks.map((hunk) => {
      const start = lineOf(hunk, document.lineCount);
      return new Range(start, 0, Math.max(start, hunk.endLine - 1), 0);
    });
    editor.setDecorations(
      this.mark,
      ranges.map((range) => document.validateRange(range)),
    );
  }
}

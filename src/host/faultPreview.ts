/** Shows what a page fault reads: the file as a preview at the range, without taking the focus or the selection. */
import { type Disposable, Range, Selection, TextEditorSelectionChangeKind, ThemeColor, window } from 'vscode';
import type { OutputEvent } from '../engine/OutputBuffer';
import type { FilePage } from '../engine/pages';
import { openPlace, type ResolvePath } from './openPlace';
import { readSettings } from './settings';

/** Faults of one step come together; the editor shows the last of them, not a flicker of all. */
const SETTLE_MS = 200;

export class FaultPreview implements Disposable {
  private timer: NodeJS.Timeout | undefined;
  /** The person is at work in an editor, since they asked last. */
  private inUse = false;
  private readonly highlight = window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new ThemeColor('editor.rangeHighlightBackground'),
  });
  private readonly selections = window.onDidChangeTextEditorSelection(({ kind }) => {
    if (kind === TextEditorSelectionChangeKind.Keyboard || kind === TextEditorSelectionChangeKind.Mouse) {
      this.yield();
    }
  });

  constructor(private readonly resolve: ResolvePath) {}

  /** Leaves the editor to the person until they ask the next question: what they type must not land in another file. */
  yield(): void {
    this.inUse = true;
    clearTimeout(this.timer);
  }

  show(event: OutputEvent): void {
    if (event.type === 'turnStarted') this.inUse = false;
    if (event.type !== 'callFinished' || event.fault?.kind !== 'major') return;
    const page = event.pages[0];
    if (!page || this.inUse || !readSettings().openFilesOnFault) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      // The file may be gone by now; the result the model got is in the log all the same.
      this.open(page).catch(() => undefined);
    }, SETTLE_MS);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.selections.dispose();
    this.highlight.dispose();
  }

  private async open({ path, startLine, endLine }: FilePage): Promise<void> {
    const editor = await openPlace(this.resolve, { path, startLine }, { preserveFocus: true });
    editor.selection = new Selection(startLine - 1, 0, startLine - 1, 0);
    const whole = startLine === 1 && endLine >= editor.document.lineCount - 1;
    editor.setDecorations(this.highlight, whole ? [] : [new Range(startLine - 1, 0, endLine - 1, 0)]);
  }
}

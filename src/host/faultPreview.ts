/** Shows what a page fault reads: the file as a preview at the range, without taking the focus. */
import type { Disposable } from 'vscode';
import type { OutputEvent } from '../engine/OutputBuffer';
import { openPlace, type ResolvePath } from './openPlace';
import { readSettings } from './settings';

/** Faults of one step come together; the editor shows the last of them, not a flicker of all. */
const SETTLE_MS = 200;

export class FaultPreview implements Disposable {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly resolve: ResolvePath) {}

  show(event: OutputEvent): void {
    if (event.type !== 'callFinished' || event.fault?.kind !== 'major') return;
    const page = event.pages[0];
    if (!page || !readSettings().openFilesOnFault) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      // The file may be gone by now; the result the model got is in the log all the same.
      openPlace(this.resolve, page, { preserveFocus: true }).catch(() => undefined);
    }, SETTLE_MS);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}

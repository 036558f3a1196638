/** Tells the person, once a file and session of the editor, that not all of their rules fit in the window. */
import { window } from 'vscode';
import type { OutputEvent } from '../engine/OutputBuffer';
import { rulesViewOf } from './notesMessages';

/** @returns a listener for the conversation's output */
export function rulesWarning(open: (path: string) => Promise<void>): (event: OutputEvent) => void {
  const warned = new Set<string>();
  return (event) => {
    if (event.type !== 'notes') return;
    for (const rules of event.rules) {
      const { path, warning } = rulesViewOf(rules);
      if (warning === undefined || warned.has(path)) continue;
      warned.add(path);
      void window.showWarningMessage(`${path}: ${warning}`, 'Open').then((choice) => choice && open(path));
    }
  };
}

/** Tells the person, once a file and session of the editor, that not all of their rules fit in the window. */
import { window } from 'vscode';
import { describeError } from '../engine/errors';
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
      void warn(path, warning, open);
    }
  };
}

async function warn(path: string, warning: string, open: (path: string) => Promise<void>): Promise<void> {
  try {
    if (await window.showWarningMessage(`${path}: ${warning}`, 'Open')) await open(path);
  } catch (error) {
    void window.showErrorMessage(`Virtual Context: ${describeError(error)}`);
  }
}

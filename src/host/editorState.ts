/** What the editor shows that a turn may soon need: the selection, and errors that came with the last changes. */
import {
  DiagnosticSeverity,
  type Disposable,
  languages,
  type TextEditor,
  type Uri,
  window,
  workspace,
} from 'vscode';
import type { EditorState, FileLines } from '../engine/ports';
import { FreshErrors } from './freshErrors';

export class VisibleEditor implements EditorState, Disposable {
  private readonly errors = new FreshErrors();
  private readonly subscriptions: readonly Disposable[] = [
    workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (document.uri.scheme === 'file' && contentChanges.length > 0)
        this.errors.changed(document.uri.fsPath);
    }),
    languages.onDidChangeDiagnostics(({ uris }) => {
      for (const uri of uris) this.report(uri);
    }),
  ];

  constructor() {
    for (const [uri] of languages.getDiagnostics()) this.report(uri);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  selection(): FileLines | undefined {
    const editor = window.activeTextEditor;
    if (!editor || editor.selection.isEmpty || editor.document.uri.scheme !== 'file') return undefined;
    return { path: editor.document.uri.fsPath, ...selectedLines(editor) };
  }

  freshDiagnostics(): readonly FileLines[] {
    return this.errors.lines();
  }

  private report(uri: Uri): void {
    if (uri.scheme !== 'file') return;
    const errors = languages
      .getDiagnostics(uri)
      .filter(({ severity }) => severity === DiagnosticSeverity.Error)
      .map(({ range, message }) => ({
        startLine: range.start.line + 1,
        endLine: range.end.line + 1,
        message,
      }));
    this.errors.report(uri.fsPath, errors);
  }
}

/** @returns the selected lines, 1-based and inclusive: one that ends at the start of a line does not include that line */
export function selectedLines({ selection: { start, end } }: TextEditor): {
  readonly startLine: number;
  readonly endLine: number;
} {
  const endLine = end.character === 0 && end.line > start.line ? end.line : end.line + 1;
  return { startLine: start.line + 1, endLine };
}

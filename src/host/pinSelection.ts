/** "Pin to Working Memory": the selected lines become a note that knows where they came from. */
import { window } from 'vscode';
import type { AgentProcess } from '../engine/AgentProcess';
import { OutsideWorkspaceError } from '../engine/errors';
import { selectedLines } from './editorState';

/** @throws NoteLimitError | UnreadableFileError */
export async function pinSelection(agent: AgentProcess): Promise<void> {
  const editor = window.activeTextEditor;
  if (!editor || editor.selection.isEmpty) {
    void window.showInformationMessage('Select some lines in an editor first.');
    return;
  }
  const { selection, document } = editor;
  const { startLine, endLine } = selectedLines(editor);
  try {
    const note = await agent.pinRange(document.uri.fsPath, startLine, endLine);
    window.setStatusBarMessage(`$(pin) Pinned ${note.text.split('\n', 1)[0]}`, 4000);
  } catch (error) {
    if (!(error instanceof OutsideWorkspaceError)) throw error;
    // A file outside the workspace has no address; its text can be kept all the same.
    await agent.notes.pin(document.getText(selection));
    window.setStatusBarMessage('$(pin) Pinned the selection', 4000);
  }
}

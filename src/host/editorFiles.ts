/** Files created, moved and removed by way of the editor: it takes its open documents along, and Undo knows. */
import { Uri, WorkspaceEdit, workspace } from 'vscode';
import { EditConflictError, UnreadableFileError } from '../engine/errors';

/** @throws EditConflictError when there is a file */
export async function createInEditor(absolutePath: string, bytes: Uint8Array): Promise<void> {
  const edit = new WorkspaceEdit();
  // As bytes: a document would give it the line ends of the settings.
  edit.createFile(Uri.file(absolutePath), { overwrite: false, ignoreIfExists: false, contents: bytes });
  if (await workspace.applyEdit(edit)) return;
  throw new EditConflictError(
    'The editor could not create the file.',
    'See what is there with list_directory.',
  );
}

/** To the trash, where there is one and the person's settings use it. @throws UnreadableFileError */
export async function removeInEditor(absolutePath: string): Promise<void> {
  const edit = new WorkspaceEdit();
  edit.deleteFile(Uri.file(absolutePath), { ignoreIfNotExists: false });
  if (await workspace.applyEdit(edit)) return;
  throw new UnreadableFileError(
    'The editor could not delete the file.',
    'Nothing was changed; tell the person.',
  );
}

/** @throws UnreadableFileError */
export async function moveInEditor(from: string, to: string): Promise<void> {
  const edit = new WorkspaceEdit();
  edit.renameFile(Uri.file(from), Uri.file(to), { overwrite: false, ignoreIfExists: false });
  if (await workspace.applyEdit(edit)) return;
  throw new UnreadableFileError(
    'The editor could not move the file.',
    'Nothing was changed; tell the person.',
  );
}

/** Shows what the assistant has changed in VS Code's own diff editors: the text before on the left, the file on the right. */
import { commands, TabInputTextDiff, type TextDocumentShowOptions, type Uri, window } from 'vscode';
import { BeforeDocuments } from './BeforeDocuments';
import type { PendingChanges, PendingDocument } from './PendingChanges';

/** Opens the diff of one file. */
export async function showChanges(
  pending: PendingDocument,
  options: TextDocumentShowOptions = {},
): Promise<void> {
  const { file, uri } = pending;
  const { before, now } = sides(pending);
  const nothing = BeforeDocuments.uri(uri, file.path, { kind: 'nothing' });
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  const title = `${name} (assistant’s changes)`;
  const sidesShown = [before ?? nothing, now ?? nothing];
  await commands.executeCommand('vscode.diff', ...sidesShown, title, { preview: true, ...options });
}

/** Opens one editor with the diffs of all files. */
export async function showAllChanges(all: readonly PendingDocument[]): Promise<void> {
  const resources = all.map((pending) => {
    const { before, now } = sides(pending);
    return [pending.uri, before, now];
  });
  await commands.executeCommand('vscode.changes', 'Assistant’s changes', resources);
}

/** Closes the diffs of files that wait no longer: their left sides say nothing any more. */
export async function closeReviewed(changes: PendingChanges): Promise<void> {
  const over = window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.filter(({ input, isDirty }) => {
      if (isDirty || !(input instanceof TabInputTextDiff)) return false;
      const name = BeforeDocuments.nameOf(input.original) ?? BeforeDocuments.nameOf(input.modified);
      return name !== undefined && name.of.kind !== 'checkpoint' && !changes.ofPath(name.path);
    }),
  );
  if (over.length > 0) await window.tabGroups.close(over, true);
}

/** Missing where there is no file. */
function sides({ file, uri }: PendingDocument): { readonly before?: Uri; readonly now?: Uri } {
  return {
    ...(file.change === 'created' ? {} : { before: BeforeDocuments.uri(uri, file.path, { kind: 'review' }) }),
    ...(file.change === 'deleted' ? {} : { now: uri }),
  };
}

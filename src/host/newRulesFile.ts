/** The command New Rules File: `.virtual-context/rules/NAME.md` from a small template. */
import { FileType, Uri, type WorkspaceFolder, window, workspace } from 'vscode';
import { VirtualContextError } from '../engine/errors';

const TEMPLATE = `---
description:
# Hold only for these files, from when one of them is touched. Without patterns the rules always hold.
globs: []
---

`;
/** What every file system takes, and a `.md` is added to. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,60}$/u;

/** Asks for a name and opens the file; one that is there already is opened as it is. @throws VirtualContextError */
export async function newRulesFile(): Promise<void> {
  const folder = await chooseFolder();
  if (!folder) return;
  const name = await window.showInputBox({
    title: 'New Rules File',
    prompt: 'The model is told these rules in every chat of this folder.',
    placeHolder: 'Name, e.g. testing',
    validateInput: (value) =>
      NAME.test(baseName(value)) ? undefined : 'Use letters, digits, spaces, dots, hyphens.',
  });
  if (name === undefined) return;
  const uri = Uri.joinPath(folder.uri, '.virtual-context', 'rules', `${baseName(name)}.md`);
  if (!(await isFile(uri))) await workspace.fs.writeFile(uri, new TextEncoder().encode(TEMPLATE));
  await window.showTextDocument(uri);
}

async function chooseFolder(): Promise<WorkspaceFolder | undefined> {
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length > 1) return window.showWorkspaceFolderPick({ placeHolder: 'Whose rules are they?' });
  const [only] = folders;
  if (only) return only;
  throw new VirtualContextError('No folder is open.', 'Open the folder that the rules are for.');
}

function baseName(written: string): string {
  return written.trim().replace(/\.md$/i, '');
}

async function isFile(uri: Uri): Promise<boolean> {
  try {
    return (await workspace.fs.stat(uri)).type === FileType.File;
  } catch {
    return false;
  }
}

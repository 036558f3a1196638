/** The workspace folders on disk, as the engine names them. */
import { workspace } from 'vscode';

export interface WorkspaceRoot {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

/** @returns folders with unique names: the second `src` is called `src-2` */
export function workspaceRoots(): readonly WorkspaceRoot[] {
  const taken = new Set<string>();
  return (workspace.workspaceFolders ?? [])
    .filter((folder) => folder.uri.scheme === 'file')
    .map((folder) => {
      const base = folder.name.replaceAll('/', '_');
      let name = base;
      for (let n = 2; taken.has(name); n++) name = `${base}-${n}`;
      taken.add(name);
      return { name, path: folder.uri.fsPath };
    });
}

/** @returns an editor's unsaved text for a file; undefined when the disk has what the editor shows */
export function unsavedText(
  absolutePath: string,
): { readonly text: string; readonly version: string } | undefined {
  const document = workspace.textDocuments.find(
    (candidate) =>
      candidate.isDirty && candidate.uri.scheme === 'file' && candidate.uri.fsPath === absolutePath,
  );
  return document && { text: document.getText(), version: `unsaved ${document.version}` };
}

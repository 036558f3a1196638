/** Tells of files that changed on disk or in an editor, in batches. */
import { type Disposable, RelativePattern, type Uri, type WorkspaceFolder, workspace } from 'vscode';
import { ChangeBatch } from './changeBatch';

/** Git's own files, but for the ignore rules that are among them. */
const gitOwn = /\/\.git\/(?!info\/exclude$)/;

export class WorkspaceWatcher implements Disposable {
  private readonly batch: ChangeBatch;
  private readonly subscriptions: Disposable[] = [];
  private watchers: Disposable[] = [];

  /** @param onChange absolute paths of files that were created, changed or deleted, on disk or in an editor */
  constructor(onChange: (paths: readonly string[]) => void) {
    this.batch = new ChangeBatch(onChange);
    this.watch(workspace.workspaceFolders ?? []);
    this.subscriptions.push(
      workspace.onDidChangeWorkspaceFolders(() => this.watch(workspace.workspaceFolders ?? [])),
      workspace.onDidChangeTextDocument(({ document }) => this.note(document.uri)),
      // The watcher of files tells of it later.
      workspace.onDidSaveTextDocument(({ uri }) => this.note(uri)),
    );
  }

  dispose(): void {
    this.batch.dispose();
    for (const disposable of [...this.subscriptions, ...this.watchers]) disposable.dispose();
  }

  private watch(folders: readonly WorkspaceFolder[]): void {
    for (const watcher of this.watchers) watcher.dispose();
    this.watchers = folders.flatMap((folder) => {
      const watcher = workspace.createFileSystemWatcher(new RelativePattern(folder, '**/*'));
      const note = (uri: Uri) => this.note(uri);
      return [watcher, watcher.onDidCreate(note), watcher.onDidChange(note), watcher.onDidDelete(note)];
    });
  }

  private note(uri: Uri): void {
    if (uri.scheme !== 'file' || gitOwn.test(uri.path)) return;
    this.batch.add(uri.fsPath);
  }
}

/** Tells of files that changed on disk or in an editor, in batches. */
import { type Disposable, RelativePattern, type Uri, type WorkspaceFolder, workspace } from 'vscode';

/** Changes within this time are one batch: a checkout touches thousands of files. */
const BATCH_MS = 150;

export class WorkspaceWatcher implements Disposable {
  private readonly changed = new Set<string>();
  private readonly subscriptions: Disposable[] = [];
  private watchers: Disposable[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** @param onChange absolute paths of files that were created, changed or deleted, on disk or in an editor */
  constructor(private readonly onChange: (paths: readonly string[]) => void) {
    this.watch(workspace.workspaceFolders ?? []);
    this.subscriptions.push(
      workspace.onDidChangeWorkspaceFolders(() => this.watch(workspace.workspaceFolders ?? [])),
      workspace.onDidChangeTextDocument(({ document }) => this.note(document.uri)),
    );
  }

  dispose(): void {
    clearTimeout(this.timer);
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
    if (uri.scheme !== 'file' || /[\\/]\.git[\\/]/.test(uri.path)) return;
    this.changed.add(uri.fsPath);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const paths = [...this.changed];
      this.changed.clear();
      this.onChange(paths);
    }, BATCH_MS);
  }
}

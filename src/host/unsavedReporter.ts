/** Tells the index what editors show and have not saved, so that it is found as the person sees it. */
import { type Disposable, type TextDocument, workspace } from 'vscode';
import { isSecretPath } from '../engine/secretFiles';
import { PauseTimer } from './pauseTimer';

/** A text is told after so long without a key, and while somebody keeps typing so often at least, ms. */
const PAUSE = 200;
const LONGEST = 1500;

export class UnsavedReporter implements Disposable {
  private readonly told = new Set<string>();
  private readonly typing = new PauseTimer(PAUSE, LONGEST, (path) => this.report(path));
  private readonly subscriptions: Disposable[];

  /**
   * @param tell given an absolute path with its text; null: there is none that is not saved (any more)
   * @param maxBytes larger files are not in the index
   */
  constructor(
    private readonly tell: (path: string, text: string | null) => void,
    private readonly maxBytes: () => number,
  ) {
    const settled = (document: TextDocument) => this.settled(document);
    this.subscriptions = [
      workspace.onDidChangeTextDocument(({ document }) => {
        if (document.isDirty) this.typing.event(document.uri.fsPath);
        else settled(document);
      }),
      workspace.onDidSaveTextDocument(settled),
      workspace.onDidCloseTextDocument(settled),
      workspace.onDidGrantWorkspaceTrust(() => this.reportAll()),
      workspace.onDidChangeWorkspaceFolders(() => this.reportAll()),
    ];
  }

  /** Tells of all that is unsaved: an editor that was closed brings back what was in it. */
  reportAll(): void {
    for (const { isDirty, uri } of workspace.textDocuments) if (isDirty) this.report(uri.fsPath);
  }

  dispose(): void {
    this.typing.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private report(path: string): void {
    const document = workspace.textDocuments.find(
      ({ isDirty, uri }) => isDirty && uri.scheme === 'file' && uri.fsPath === path,
    );
    if (!document || !this.isWanted(document)) return;
    const text = document.getText();
    if (text.length > this.maxBytes()) {
      this.settled(document);
      return;
    }
    this.told.add(path);
    this.tell(path, text);
  }

  private settled({ uri }: TextDocument): void {
    this.typing.cancel(uri.fsPath);
    if (this.told.delete(uri.fsPath)) this.tell(uri.fsPath, null);
  }

  /** What is ignored besides is left out by the index itself. */
  private isWanted({ uri }: TextDocument): boolean {
    return (
      workspace.isTrusted && workspace.getWorkspaceFolder(uri) !== undefined && !isSecretPath(uri.fsPath)
    );
  }
}

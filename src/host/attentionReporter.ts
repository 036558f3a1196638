/** Tells the index what the person is at: which files are open, that they type, that the machine runs on battery. */
import { type Disposable, TabInputText, type Uri, window, workspace } from 'vscode';
import type { Attention } from '../engine/indexStatus';
import { isOnBattery } from './powerSource';

/** That somebody types is told so often at most, ms. */
const TYPING_INTERVAL = 1000;
/** Files come and go several at a time, ms. */
const OPEN_FILES_DELAY = 200;
const POWER_INTERVAL = 60_000;
const MAX_FILES = 32;

export class AttentionReporter implements Disposable {
  private readonly subscriptions: Disposable[];
  private openFilesTimer: NodeJS.Timeout | undefined;
  private readonly powerTimer: NodeJS.Timeout;
  private typedAt = Number.NEGATIVE_INFINITY;
  private onBattery = false;

  /** @param pausesOnBattery whether the person wants that now */
  constructor(
    private readonly tell: (attention: Attention) => void,
    private readonly pausesOnBattery: () => boolean,
  ) {
    const filesChanged = () => {
      this.openFilesTimer ??= setTimeout(() => {
        this.openFilesTimer = undefined;
        this.report(false);
      }, OPEN_FILES_DELAY);
    };
    this.subscriptions = [
      window.onDidChangeActiveTextEditor(filesChanged),
      window.tabGroups.onDidChangeTabs(filesChanged),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const isActive = document === window.activeTextEditor?.document;
        if (!isActive || contentChanges.length === 0) return;
        if (performance.now() - this.typedAt < TYPING_INTERVAL) return;
        this.typedAt = performance.now();
        this.report(true);
      }),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('virtualContext.index.pauseOnBattery')) void this.askForPower();
      }),
    ];
    this.powerTimer = setInterval(() => void this.askForPower(), POWER_INTERVAL);
    void this.askForPower();
  }

  /** Tells once more, to a process that may not have heard. */
  report(typing: boolean): void {
    this.tell({ paths: openFiles(), typing, onBattery: this.onBattery });
  }

  dispose(): void {
    clearTimeout(this.openFilesTimer);
    clearInterval(this.powerTimer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async askForPower(): Promise<void> {
    const onBattery = this.pausesOnBattery() && (await isOnBattery());
    if (onBattery === this.onBattery) return;
    this.onBattery = onBattery;
    this.report(false);
  }
}

/** Absolute paths, the file in front first, then the visible ones, then the other tabs. */
function openFiles(): string[] {
  const uris: Uri[] = [];
  if (window.activeTextEditor) uris.push(window.activeTextEditor.document.uri);
  for (const { document } of window.visibleTextEditors) uris.push(document.uri);
  for (const { tabs } of window.tabGroups.all) {
    for (const { input } of tabs) if (input instanceof TabInputText) uris.push(input.uri);
  }
  const paths = uris.filter((uri) => uri.scheme === 'file').map((uri) => uri.fsPath);
  return [...new Set(paths)].slice(0, MAX_FILES);
}

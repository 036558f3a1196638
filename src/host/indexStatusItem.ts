/** Indexing in the status bar, and the commands that steer it. */
import { commands, type Disposable, StatusBarAlignment, ThemeColor, window } from 'vscode';
import type { IndexControl, IndexStatus } from '../engine/indexStatus';
import { contextKey } from './contextKey';

export class IndexStatusItem implements Disposable {
  private readonly item = window.createStatusBarItem('virtualContext.index', StatusBarAlignment.Left, 0);
  private readonly stopListening: () => void;
  /** Only the command that does something is offered. */
  private readonly tellPaused = contextKey('indexPaused');

  /** @param store folder of the index, shown on request */
  constructor(
    private readonly index: IndexControl,
    private readonly store: string,
  ) {
    this.item.name = 'Virtual Context Index';
    this.item.command = 'virtualContext.showIndexStatus';
    this.stopListening = index.onStatus((status) => this.show(status));
  }

  dispose(): void {
    this.stopListening();
    this.item.dispose();
  }

  /** What is indexed, where, and what can be done about it. */
  async showDetails(): Promise<void> {
    const status = await this.index.status();
    const failed = status.phase === 'error';
    const actions = failed
      ? ['Rebuild Index']
      : [status.phase === 'paused' ? 'Resume' : 'Pause', 'Rebuild Index'];
    const details = [
      `${plural(status.files, 'file')} in ${plural(status.pages, 'page')}`,
      ...(status.cappedAt > 0 ? [cappedText(status)] : []),
      `${status.skipped} skipped, ${status.failed} unreadable`,
      ...(status.fallback > 0 ? [fallbackText(status)] : []),
      `${size(status)} in ${this.store}`,
      ...sharedText(status),
      ...embeddingText(status),
    ].join(' · ');
    const text = failed ? `${status.message} ${status.nextStep}` : `Index ${phaseText(status)}. ${details}`;
    const choice = await (failed ? window.showWarningMessage : window.showInformationMessage)(
      text,
      ...actions,
    );
    if (choice === 'Rebuild Index') await commands.executeCommand('virtualContext.rebuildIndex');
    if (choice === 'Pause') await this.index.pause();
    if (choice === 'Resume') await this.index.resume();
  }

  private show(status: IndexStatus): void {
    const { item } = this;
    this.tellPaused(status.phase === 'paused');
    item.backgroundColor =
      status.phase === 'error' ? new ThemeColor('statusBarItem.warningBackground') : undefined;
    item.text = `${icon(status)} ${shortText(status)}`;
    item.tooltip =
      status.phase === 'error'
        ? `${status.message} ${status.nextStep}`
        : [
            `Virtual Context index ${phaseText(status)}: ${plural(status.files, 'file')}, ${plural(status.pages, 'page')}`,
            ...(status.storeBytes > 0 ? [size(status)] : []),
            ...sharedText(status),
            ...embeddingText(status),
            ...(status.cappedAt > 0 ? [cappedText(status)] : []),
          ].join(', ');
    item.accessibilityInformation = { label: `Virtual Context index ${phaseText(status)}` };
    item.show();
  }
}

function size(status: IndexStatus): string {
  return `${(status.storeBytes / 1e6).toFixed(1)} MB`;
}

function embeddingText({ embeddings }: IndexStatus): string[] {
  const { state, model, done, total, message } = embeddings;
  switch (state) {
    case 'off':
      return [];
    case 'embedding':
      return [`embedding with ${model}: ${done} of ${total}`];
    case 'ready':
      return [`vectors of ${model}`];
    case 'unconfirmed':
      return [`vectors of ${model}: nothing is sent before you agree`];
    case 'error':
      return [`vectors of ${model}: ${message ?? ''}`];
  }
}

function sharedText({ shared }: IndexStatus): string[] {
  if (!shared) return [];
  switch (shared.state) {
    case 'connecting':
      return [`connecting to the shared index ${shared.uri}`];
    case 'ready':
      return [`with the shared index ${shared.uri}`];
    case 'unreachable':
      return [`shared index not reachable: ${shared.message}, using the local one`];
  }
}

function icon(status: IndexStatus): string {
  switch (status.phase) {
    case 'starting':
    case 'indexing':
      return '$(sync~spin)';
    case 'ready':
      return '$(database)';
    case 'paused':
      return '$(debug-pause)';
    case 'error':
      return '$(warning)';
  }
}

function shortText(status: IndexStatus): string {
  switch (status.phase) {
    case 'starting':
      return 'Index starting';
    case 'indexing':
      return status.total > 0 ? `Indexing ${status.done}/${status.total}` : 'Indexing';
    case 'ready':
      return plural(status.files, 'file');
    case 'paused':
      return status.onBattery ? 'Index paused (battery)' : 'Index paused';
    case 'error':
      return 'Index unavailable';
  }
}

function phaseText(status: IndexStatus): string {
  return status.phase === 'indexing' && status.total > 0
    ? `indexing, ${status.done} of ${status.total}`
    : status.phase;
}

function cappedText({ cappedAt }: IndexStatus): string {
  return `the folder has more than ${plural(cappedAt, 'file')}, the others are left out (setting virtualContext.index.maxFiles)`;
}

function fallbackText({ fallback, fallbackFiles }: IndexStatus): string {
  return `${plural(fallback, 'file')} cut by lines because the grammar failed: ${fallbackFiles.slice(0, 5).join(', ')}`;
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

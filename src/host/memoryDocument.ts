/** "Show Memory": the memory report of the chat that is shown, as a read-only document that follows it. */
import {
  type Disposable,
  EventEmitter,
  languages,
  type TextDocumentContentProvider,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { ChatSessions } from './chatSessions';

const SCHEME = 'virtual-context-memory';
const REPORT = Uri.from({ scheme: SCHEME, path: '/Memory of the Chat' });

/** What changes the report: pages come and go with turns and evictions, marks with the notes. */
const CHANGES: ReadonlySet<string> = new Set(['turnEnded', 'evicted', 'notes']);

export class MemoryDocument implements TextDocumentContentProvider, Disposable {
  private readonly changes = new EventEmitter<Uri>();
  private readonly subscriptions: readonly Disposable[];

  readonly onDidChange = this.changes.event;

  constructor(private readonly sessions: ChatSessions) {
    this.subscriptions = [
      this.changes,
      workspace.registerTextDocumentContentProvider(SCHEME, this),
      sessions.onReset(() => this.changes.fire(REPORT)),
      sessions.onOutput(({ type }) => {
        if (CHANGES.has(type)) this.changes.fire(REPORT);
      }),
    ];
  }

  /** @throws JournalError when the chat cannot be opened */
  async provideTextDocumentContent(): Promise<string> {
    return (await this.sessions.current()).memoryReport();
  }

  /** @throws JournalError when the chat cannot be opened */
  async show(): Promise<void> {
    // The editor would keep to itself why there is nothing to show.
    await this.sessions.current();
    const document = await workspace.openTextDocument(REPORT);
    await languages.setTextDocumentLanguage(document, 'plaintext');
    await window.showTextDocument(document, { preview: false });
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}

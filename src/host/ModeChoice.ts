/** The mode the assistant works in: each chat has its own, shown in the panel and chosen there. */
import { type Disposable, EventEmitter, type QuickPickItem, window, workspace } from 'vscode';
import type { AgentMode } from '../engine/modes';
import type { ChatEvent } from '../webview/protocol';
import type { ChatSessions } from './chatSessions';
import type { PanelSource } from './panelSource';

const MODES: readonly (QuickPickItem & { readonly mode: AgentMode })[] = [
  {
    mode: 'ask',
    label: '$(comment-discussion) Ask',
    detail: 'The assistant reads and answers. It edits nothing and runs nothing.',
  },
  {
    mode: 'edit',
    label: '$(edit) Edit',
    detail:
      'The assistant edits files; you keep or undo each change. Commands ask, unless they only look at the workspace or you have allowed them.',
  },
  {
    mode: 'auto',
    label: '$(zap) Auto',
    detail: 'The assistant edits files without review. Commands ask as in Edit.',
  },
];

export class ModeChoice implements Disposable, PanelSource {
  private readonly changed = new EventEmitter<ChatEvent>();
  private readonly subscription: Disposable;

  readonly onEvent = this.changed.event;

  constructor(private readonly sessions: Pick<ChatSessions, 'mode' | 'onModeChanged' | 'chooseMode'>) {
    this.subscription = sessions.onModeChanged(() => {
      for (const event of this.current()) this.changed.fire(event);
    });
  }

  current(): readonly ChatEvent[] {
    return [{ type: 'mode', mode: this.sessions.mode }];
  }

  /** Lets the person choose; holds from the next call of the assistant on. @throws JournalError */
  async select(): Promise<void> {
    const now = this.sessions.mode;
    const items = MODES.map((item) => (item.mode === now ? { ...item, description: 'current' } : item));
    const picked = await window.showQuickPick(items, {
      title: 'Select the Mode of This Chat',
      placeHolder: workspace.isTrusted
        ? 'What the assistant may do'
        : 'In Restricted Mode nothing is edited and nothing run, whatever the mode',
    });
    if (picked) await this.sessions.chooseMode(picked.mode);
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}

/** The mode the assistant works in: one setting of the person's, shown in the chat and chosen there. */
import {
  ConfigurationTarget,
  type Disposable,
  EventEmitter,
  type QuickPickItem,
  window,
  workspace,
} from 'vscode';
import { VirtualContextError } from '../engine/errors';
import type { AgentMode } from '../engine/modes';
import type { ChatEvent } from '../webview/protocol';
import type { PanelSource } from './panelSource';

const SETTING = 'virtualContext.mode';

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
  private readonly subscription = workspace.onDidChangeConfiguration((change) => {
    if (!change.affectsConfiguration(SETTING)) return;
    for (const event of this.current()) this.changed.fire(event);
  });

  readonly onEvent = this.changed.event;

  current(): readonly ChatEvent[] {
    return [{ type: 'mode', mode: readMode() }];
  }

  /** Lets the person choose; holds from the next call of the assistant on. */
  async select(): Promise<void> {
    const now = readMode();
    const items = MODES.map((item) => (item.mode === now ? { ...item, description: 'current' } : item));
    const picked = await window.showQuickPick(items, {
      title: 'Select Mode',
      placeHolder: workspace.isTrusted
        ? 'What the assistant may do'
        : 'In Restricted Mode nothing is edited and nothing run, whatever the mode',
    });
    if (picked) await workspace.getConfiguration().update(SETTING, picked.mode, ConfigurationTarget.Global);
  }

  /** Ends the mode that only reads. @throws VirtualContextError when the folder's settings hold it there */
  async allowEdits(): Promise<void> {
    if (readMode() !== 'ask') return;
    await workspace.getConfiguration().update(SETTING, 'edit', ConfigurationTarget.Global);
    if (readMode() === 'ask')
      throw new VirtualContextError('The settings of this folder say "ask".', `Change ${SETTING} there.`);
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}

function readMode(): AgentMode {
  const mode = workspace.getConfiguration().get<string>(SETTING, 'edit');
  return mode === 'ask' || mode === 'auto' ? mode : 'edit';
}

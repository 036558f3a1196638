/** What the chat panel shows beside the conversation: questions that wait for the person, commands in the background. */
import { type Disposable, EventEmitter, window, workspace } from 'vscode';
import type { ApprovalAnswer, ChatEvent } from '../webview/protocol';
import type { ChatApprover } from './chatApprover';
import type { PanelSource } from './panelSource';

/** Commands in the background, as the panel needs them. */
export interface BackgroundList {
  running(): readonly { readonly id: string; readonly command: string; readonly startedAt: number }[];
  onChange(listener: () => void): () => void;
  stop(id: string, by: 'person'): Promise<void>;
  move(session: string, callId: string): void;
  /** @returns what it has printed, where no terminal shows it */
  show(id: string): Promise<string | undefined>;
}

export class PanelExtras implements PanelSource, Disposable {
  private readonly emitter = new EventEmitter<ChatEvent>();
  readonly onEvent = this.emitter.event;
  private readonly subscription: Disposable;
  private background: BackgroundList | undefined;

  constructor(private readonly approver: ChatApprover) {
    this.subscription = approver.onEvent((event) => this.emitter.fire(event));
  }

  /** There are commands from now on. */
  attach(background: BackgroundList): void {
    this.background = background;
    background.onChange(() => this.emitter.fire(this.commands()));
  }

  current(): readonly ChatEvent[] {
    return [{ type: 'approvals', cards: this.approver.cards() }, this.commands()];
  }

  answer(id: string, answer: ApprovalAnswer): void {
    this.approver.answer(id, answer);
  }

  async stopCommand(id: string): Promise<void> {
    await this.background?.stop(id, 'person');
  }

  /** Shows the terminal of a background command, or what it has printed. @throws CommandError when it is gone */
  async showCommand(id: string): Promise<void> {
    const content = await this.background?.show(id);
    if (content === undefined) return;
    const document = await workspace.openTextDocument({ content });
    await window.showTextDocument(document, { preview: true });
  }

  /** Has the person pick a background command, and ends it. */
  async stopPicked(): Promise<void> {
    const running = this.background?.running() ?? [];
    if (running.length === 0) {
      await window.showInformationMessage('No commands run in the background.');
      return;
    }
    const items = running.map(({ id, command, startedAt }) => ({
      id,
      label: command,
      description: `${id} · since ${new Date(startedAt).toLocaleTimeString()}`,
    }));
    const picked = await window.showQuickPick(items, {
      title: 'Stop Background Command',
      placeHolder: 'It is ended with all it has started',
    });
    // It may have ended meanwhile.
    if (picked && this.background?.running().some(({ id }) => id === picked.id))
      await this.stopCommand(picked.id);
  }

  moveCommand(session: string, callId: string): void {
    this.background?.move(session, callId);
  }

  dispose(): void {
    this.subscription.dispose();
    this.emitter.dispose();
  }

  private commands(): ChatEvent {
    const running = this.background?.running() ?? [];
    return {
      type: 'backgroundCommands',
      commands: running.map(({ id, command, startedAt }) => ({ id, command, startedAt })),
    };
  }
}

/** What the chat panel shows beside the conversation: questions that wait for the person, commands in the background. */
import { type Disposable, EventEmitter } from 'vscode';
import type { ApprovalAnswer, ChatEvent } from '../webview/protocol';
import type { ChatApprover } from './chatApprover';
import type { PanelSource } from './panelSource';

/** Commands in the background, as the panel needs them. */
export interface BackgroundList {
  running(): readonly { readonly id: string; readonly command: string; readonly startedAt: number }[];
  onChange(listener: () => void): () => void;
  stop(id: string, by: 'person'): Promise<void>;
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

/** Asks the person by cards in the chat. Only what the chat's own page posts when a button is clicked answers them. */
import { randomUUID } from 'node:crypto';
import { type Disposable, EventEmitter, window, workspace } from 'vscode';
import type { Approval, ApprovalRequest, Approver } from '../engine/approvals';
import { EditsForbiddenError } from '../engine/errors';
import type { ApprovalAnswer, ApprovalCard, ChatEvent } from '../webview/protocol';
import { approvalCard } from './approvalCards';

interface Asked {
  readonly card: ApprovalCard;
  readonly resolve: (approval: Approval) => void;
}

export class ChatApprover implements Approver, Disposable {
  private readonly asked = new Map<string, Asked>();
  private readonly events = new EventEmitter<ChatEvent>();
  readonly onEvent = this.events.event;

  /**
   * @param isVisible whether the person sees the chat
   * @param reveal shows it
   */
  constructor(
    private readonly isVisible: () => boolean,
    private readonly reveal: () => unknown,
  ) {}

  /** Cards that wait for an answer, oldest first. */
  cards(): readonly ApprovalCard[] {
    return [...this.asked.values()].map(({ card }) => card);
  }

  /** @throws EditsForbiddenError in Restricted Mode */
  async approve(request: ApprovalRequest, signal: AbortSignal): Promise<Approval> {
    if (request.kind === 'edit' && !workspace.isTrusted) {
      throw new EditsForbiddenError(
        'Files cannot be edited in Restricted Mode.',
        'Answer without editing, or ask the person to trust the workspace.',
      );
    }
    if (signal.aborted) return { allowed: false };
    const card: ApprovalCard = { id: randomUUID(), ...approvalCard(request) };
    const cancel = () => this.settle(card.id, { allowed: false });
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise<Approval>((resolve) => {
        this.asked.set(card.id, { card, resolve });
        this.tell();
        this.notify(card);
      });
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** An answer to a card that is gone by now is none. */
  answer(id: string, { decision, command, words }: ApprovalAnswer): void {
    const card = this.asked.get(id)?.card;
    if (!card?.choices.some((choice) => choice.decision === decision)) return;
    if (decision === 'deny') {
      this.settle(id, { allowed: false, ...(words ? { words } : {}) });
      return;
    }
    const edited = command !== undefined && command !== card.command;
    this.settle(id, {
      allowed: true,
      ...(edited ? { command } : {}),
      ...(decision === 'once' || edited ? {} : { remember: decision }),
    });
  }

  dispose(): void {
    for (const id of this.asked.keys()) this.settle(id, { allowed: false });
    this.events.dispose();
  }

  private settle(id: string, approval: Approval): void {
    const asked = this.asked.get(id);
    if (!asked) return;
    this.asked.delete(id);
    this.tell();
    asked.resolve(approval);
  }

  private tell(): void {
    this.events.fire({ type: 'approvals', cards: this.cards() });
  }

  /** Leads to the card; it cannot be answered from here. */
  private notify({ id, title, command }: ApprovalCard): void {
    if (this.isVisible()) return;
    const text = command === undefined ? title : `${title} ${command.split('\n', 1)[0]}`;
    void window.showInformationMessage(`Virtual Context waits for you: ${text}`, 'Show').then((choice) => {
      if (choice !== undefined && this.asked.has(id)) this.reveal();
    });
  }
}

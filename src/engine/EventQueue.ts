/** A process's event queue: outside inputs that are durable and not delivered yet. A fold over the session's events. */
import type { Attachment } from './attachments';
import { EVENT_CLASSES } from './eventPriorities';
import type { EventOf, SessionEvent } from './events';

/** An attachment of a message that is in the queue, itself not yet there. */
export interface OwedAttachment {
  /** Sequence number of the message's `event.posted`. */
  readonly posted: number;
  readonly index: number;
  readonly attachment: Attachment;
}

export class EventQueue {
  /** Whether the last turn was cancelled and the model has not been told. */
  cancelled = false;

  private readonly posted = new Map<number, EventOf<'event.posted'>>();
  private attachments: readonly OwedAttachment[] = [];

  /** Events must come in order, each once. */
  apply(event: SessionEvent): void {
    switch (event.type) {
      case 'event.posted':
        this.posted.set(event.seq, event);
        return;
      case 'session.forked':
        // What reached the parent is the parent's to deliver.
        this.posted.clear();
        this.cancelled = false;
        // A sub-agent answers its task, not the person's message.
        if (event.kind === 'process') this.attachments = [];
        return;
      case 'message.user':
        if (event.posted === undefined) return;
        this.owe(event.posted, this.posted.get(event.posted)?.attachments ?? []);
        this.posted.delete(event.posted);
        return;
      case 'interrupt':
        if (event.attached) this.settle(event.attached);
        if (event.posted !== undefined) this.posted.delete(event.posted);
        if (event.kind === 'cancelled') this.cancelled = false;
        return;
      case 'turn.ended':
        if (event.reason === 'cancelled') this.cancelled = true;
        return;
    }
  }

  /** In the order of delivery: by priority, then by arrival. */
  pending(): readonly EventOf<'event.posted'>[] {
    return [...this.posted.values()].sort((a, b) => a.priority - b.priority || a.seq - b.seq);
  }

  /** Attachments of the messages delivered so far, in their order, that are not delivered yet. */
  owed(): readonly OwedAttachment[] {
    return this.attachments;
  }

  isPending(seq: number): boolean {
    return this.posted.has(seq);
  }

  /** Whether one of them starts a turn. */
  get wakes(): boolean {
    return this.pending().some((event) => EVENT_CLASSES[event.kind].wakes);
  }

  private owe(posted: number, attachments: readonly Attachment[]): void {
    const owed = attachments.map((attachment, index) => ({ posted, index, attachment }));
    this.attachments = [...this.attachments, ...owed];
  }

  private settle({ posted, index }: NonNullable<EventOf<'interrupt'>['attached']>): void {
    this.attachments = this.attachments.filter((item) => item.posted !== posted || item.index !== index);
  }
}

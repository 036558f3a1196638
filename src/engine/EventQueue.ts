/** A process's event queue: outside inputs that are durable and not delivered yet. A fold over the session's events. */
import { EVENT_CLASSES } from './eventPriorities';
import type { EventOf, SessionEvent } from './events';

export class EventQueue {
  /** Whether the last turn was cancelled and the model has not been told. */
  cancelled = false;

  private readonly posted = new Map<number, EventOf<'event.posted'>>();

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
        return;
      case 'message.user':
        if (event.posted !== undefined) this.posted.delete(event.posted);
        return;
      case 'interrupt':
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

  isPending(seq: number): boolean {
    return this.posted.has(seq);
  }

  /** Whether one of them starts a turn. */
  get wakes(): boolean {
    return this.pending().some((event) => EVENT_CLASSES[event.kind].wakes);
  }
}

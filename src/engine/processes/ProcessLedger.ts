/** Which sub-agents a session has had and which of them run. A fold over the session's events. */
import type { SessionEvent } from '../events';

export class ProcessLedger {
  /** All that were ever started: the next is number `started + 1`. */
  started = 0;
  /** Sequence number of the last request of a step: a fork that ends with it begins with the same bytes. */
  lastRequest = 0;

  private readonly open = new Set<string>();

  /** Events must come in order, each once. */
  apply(event: SessionEvent): void {
    switch (event.type) {
      case 'process.started':
        this.started++;
        this.open.add(event.process);
        return;
      case 'request.sent':
        if (event.purpose === 'step') this.lastRequest = event.seq;
        return;
      case 'process.ended':
        this.open.delete(event.process);
        return;
      case 'session.forked':
        // They belong to the session that started them.
        this.open.clear();
        return;
    }
  }

  /** Sessions of those that run, or ran at a crash, oldest first. */
  running(): readonly string[] {
    return [...this.open];
  }
}

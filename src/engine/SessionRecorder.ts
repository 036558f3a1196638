/** Writes events to the session log, folds them into the state once durable, and tells whoever watches. */
import {
  type EventContext,
  isQueueEvent,
  type NewSessionEvent,
  type SessionEvent,
  type SessionEventBody,
} from './events';
import type { Clock, SessionLog } from './ports';
import type { SessionState } from './SessionState';

export type SessionListener = (event: SessionEvent) => void;

export class SessionRecorder {
  private readonly listeners = new Set<SessionListener>();
  private tail: Promise<unknown> = Promise.resolve();

  /** @param pressure estimated provider tokens of a prompt of `own` tokens, and the budget */
  constructor(
    private readonly log: SessionLog,
    readonly state: SessionState,
    private readonly clock: Clock,
    private readonly pressure: (own: number) => EventContext,
  ) {}

  /** @returns a function that stops listening */
  subscribe(listener: SessionListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Resolves when the events are durable and the state holds them. Batches are folded in the order of the calls.
   * @throws JournalError; the state is then as before
   */
  record(...bodies: readonly SessionEventBody[]): Promise<readonly SessionEvent[]> {
    return this.recordWhen(() => undefined, ...bodies);
  }

  /**
   * Records unless `check` throws. It sees the state with everything recorded before, so that two changes which were
   * each allowed alone cannot both pass.
   * @throws what `check` throws | JournalError
   */
  recordWhen(check: () => void, ...bodies: readonly SessionEventBody[]): Promise<readonly SessionEvent[]> {
    const run = this.tail.then(() => {
      check();
      return this.write(bodies);
    });
    this.tail = run.catch(() => undefined);
    return run;
  }

  /** Resolves when everything recorded so far is durable. */
  async settled(): Promise<void> {
    await this.tail;
  }

  private async write(bodies: readonly SessionEventBody[]): Promise<readonly SessionEvent[]> {
    const at = this.clock.now();
    let own = this.state.context.tokens.total;
    const stamped = bodies.map((body): NewSessionEvent => {
      if (body.type === 'epoch.started') own = body.tokensAfter;
      else if (isQueueEvent(body)) own += body.tokens;
      return { ...body, at, ...this.pressure(own) };
    });
    const events = await this.log.append(stamped);
    for (const event of events) {
      await this.state.apply(event);
      this.tell(event);
    }
    return events;
  }

  private tell(event: SessionEvent): void {
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch {
        // A watcher that fails (a view being torn down) must not part the state from the log.
      }
    }
  }
}

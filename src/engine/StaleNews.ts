/** Which resident pages went stale, or became fresh again, since the model was told last. Folded from events. */
import { isQueueEvent, type SessionEvent } from './events';
import { filesOf } from './filesOf';

export interface PageNews {
  readonly address: string;
  readonly stale: boolean;
}

export class StaleNews {
  private readonly untold = new Map<string, { readonly seq: number; readonly stale: boolean }>();

  apply(event: SessionEvent): void {
    if (event.type === 'page.stale') {
      // It was stale when the model heard of it last.
      if (this.untold.get(event.address)?.stale === false) this.untold.delete(event.address);
      else this.untold.set(event.address, { seq: event.seq, stale: true });
    } else if (event.type === 'page.fresh') {
      if (this.untold.get(event.address)?.stale) this.untold.delete(event.address);
      else this.untold.set(event.address, { seq: event.seq, stale: false });
    } else if (isQueueEvent(event) || event.type === 'epoch.started') {
      // What is shown anew is fresh: what happens to it from here on is news, whatever was told of it before.
      for (const { address } of filesOf(event)) this.untold.delete(address);
      // The model made this change: it is no news to it.
      if (event.type === 'function.result')
        for (const { from } of event.anchors ?? []) this.untold.delete(from);
      if (event.type === 'interrupt') this.told(event.staleThrough ?? 0);
    }
  }

  /** In the order in which it happened. */
  pending(): readonly PageNews[] {
    return [...this.untold].map(([address, { stale }]) => ({ address, stale }));
  }

  /** Sequence number of the last event in `pending`; 0 when there is none. */
  get through(): number {
    return Math.max(0, ...[...this.untold.values()].map(({ seq }) => seq));
  }

  private told(through: number): void {
    for (const [address, { seq }] of this.untold) if (seq <= through) this.untold.delete(address);
  }
}

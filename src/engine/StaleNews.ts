/** Which resident pages went stale, or became fresh again, since the model was told last. Folded from events. */
import type { SessionEvent } from './events';

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
    } else if (event.type === 'interrupt' && event.staleThrough !== undefined) {
      for (const [address, { seq }] of this.untold)
        if (seq <= event.staleThrough) this.untold.delete(address);
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
}

import type { ReplacedPage, ReplacementPolicy } from './ReplacementPolicy';

/**
 * Second chance: pages stand in a circle with one reference bit each. A hand goes round, clears set bits and takes the
 * first page whose bit is clear (Corbató 1968). The circle is a map whose first entry is the one under the hand.
 */
export class ClockPolicy implements ReplacementPolicy {
  readonly name = 'clock';
  private readonly referenced = new Map<string, boolean>();

  admit(key: string, page: ReplacedPage): void {
    this.referenced.set(key, !page.prefetched || (this.referenced.get(key) ?? false));
  }

  reference(key: string): void {
    if (this.referenced.has(key)) this.referenced.set(key, true);
  }

  /** The hand moves only when it takes the page it would have taken: pages that leave for another reason just leave. */
  evict(key: string): void {
    if (key === this.victims()[0]) this.turnTo(key);
    this.referenced.delete(key);
  }

  /** One round takes the clear ones in order; it has cleared the others, which the next round takes in order. */
  victims(): readonly string[] {
    const pages = [...this.referenced];
    const keys = (bit: boolean): string[] =>
      pages.filter(([, referenced]) => referenced === bit).map(([key]) => key);
    return [...keys(false), ...keys(true)];
  }

  private turnTo(victim: string): void {
    const allSet = [...this.referenced.values()].every((bit) => bit);
    for (const key of [...this.referenced.keys()]) {
      if (key === victim && !allSet) return;
      this.referenced.delete(key);
      this.referenced.set(key, false);
    }
  }
}

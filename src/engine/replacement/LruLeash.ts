import { DecayedCount } from './DecayedCount';

/** Uses after which a miss counts half. */
const HALF_LIFE = 100;
/** Misses more than LRU, decayed, beyond which LRU is followed. */
const LEASH = 5;

/**
 * Tells when another policy does worse than LRU would: LRU is simulated beside it over the same uses, with as many
 * pages as are resident, and recent misses are compared.
 */
export class LruLeash {
  /** What LRU would hold, in order of the last use. */
  private readonly shadow = new Set<string>();
  private readonly ownMisses = new DecayedCount(HALF_LIFE);
  private readonly lruMisses = new DecayedCount(HALF_LIFE);
  private now = 0;

  /** @param hit whether the page was resident */
  used(key: string, hit: boolean, resident: number): void {
    this.now += 1;
    if (!hit) this.ownMisses.add(this.now);
    if (!this.shadow.delete(key)) this.lruMisses.add(this.now);
    this.shadow.add(key);
    this.trim(resident);
  }

  /** As many pages leave LRU's memory as left ours. */
  trim(resident: number): void {
    for (const oldest of this.shadow) {
      if (this.shadow.size <= resident) return;
      this.shadow.delete(oldest);
    }
  }

  get isTaut(): boolean {
    return this.ownMisses.read(this.now) - this.lruMisses.read(this.now) > LEASH;
  }
}

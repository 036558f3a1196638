import { PageHistory } from './PageHistory';
import type { ReplacedPage, ReplacementPolicy } from './ReplacementPolicy';

interface Uses {
  readonly last: number;
  /** 0: used once only. */
  readonly beforeLast: number;
}

/**
 * LRU-2: the page whose last use but one is longest ago leaves first; pages used once leave before all others, least
 * recently used first (O'Neil, O'Neil, Weikum 1993, without a correlated reference period). Uses of pages that left
 * are remembered.
 */
export class Lru2Policy implements ReplacementPolicy {
  readonly name = 'lru-2';
  private readonly resident = new Set<string>();
  private readonly uses = new PageHistory<Uses>();
  private now = 0;

  admit(key: string, page: ReplacedPage): void {
    this.resident.add(key);
    if (!page.prefetched) this.reference(key);
  }

  reference(key: string): void {
    this.now += 1;
    this.uses.set(key, { last: this.now, beforeLast: this.uses.get(key)?.last ?? 0 }, this.resident);
  }

  evict(key: string): void {
    this.resident.delete(key);
  }

  victims(): readonly string[] {
    const order = (a: string, b: string): number => {
      const [x, y] = [this.uses.get(a), this.uses.get(b)];
      return (x?.beforeLast ?? 0) - (y?.beforeLast ?? 0) || (x?.last ?? 0) - (y?.last ?? 0);
    };
    return [...this.resident].sort(order);
  }
}

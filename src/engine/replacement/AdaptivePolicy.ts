import { PageHistory } from './PageHistory';
import type { ReplacementPolicy } from './ReplacementPolicy';

/** Uses after which an old use counts half. */
const HALF_LIFE = 200;

interface Heat {
  readonly value: number;
  readonly at: number;
  readonly uses: number;
}

/** Our own: decayed count of uses; pages used once leave before pages used twice. */
export class AdaptivePolicy implements ReplacementPolicy {
  readonly name = 'adaptive';
  private readonly resident = new Set<string>();
  private readonly heat = new PageHistory<Heat>();
  private now = 0;

  admit(key: string): void {
    this.resident.add(key);
    this.reference(key);
  }

  reference(key: string): void {
    this.now += 1;
    const uses = (this.heat.get(key)?.uses ?? 0) + 1;
    this.heat.set(key, { value: this.heatOf(key) + 1, at: this.now, uses }, this.resident);
  }

  evict(key: string): void {
    this.resident.delete(key);
  }

  victims(): readonly string[] {
    const pages = [...this.resident].map((key) => ({ key, heat: this.heatOf(key) }));
    return pages.sort((a, b) => a.heat - b.heat).map(({ key }) => key);
  }

  private heatOf(key: string): number {
    const heat = this.heat.get(key);
    return heat ? heat.value * 2 ** ((heat.at - this.now) / HALF_LIFE) : 0;
  }
}

import type { ReplacementPolicy } from './ReplacementPolicy';

/** First in, first out: uses do not count. */
export class FifoPolicy implements ReplacementPolicy {
  readonly name = 'fifo';
  private readonly resident = new Set<string>();

  admit(key: string): void {
    this.resident.add(key);
  }

  reference(): void {}

  evict(key: string): void {
    this.resident.delete(key);
  }

  victims(): readonly string[] {
    return [...this.resident];
  }
}

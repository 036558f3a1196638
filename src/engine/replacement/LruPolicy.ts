import type { ReplacementPolicy } from './ReplacementPolicy';

/** Least recently used leaves first. */
export class LruPolicy implements ReplacementPolicy {
  readonly name = 'lru';
  /** In order of the last use: a set keeps the order of insertion. */
  private readonly resident = new Set<string>();

  admit(key: string): void {
    this.resident.delete(key);
    this.resident.add(key);
  }

  reference(key: string): void {
    if (this.resident.has(key)) this.admit(key);
  }

  evict(key: string): void {
    this.resident.delete(key);
  }

  victims(): readonly string[] {
    return [...this.resident];
  }
}

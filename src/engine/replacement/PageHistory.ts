/** What is remembered by key: those set longest ago are forgotten beyond a bound. */
export class PageHistory<T> {
  /** In order of the last setting. */
  private readonly entries = new Map<string, T>();

  /** @param limit keys remembered beside those kept */
  constructor(private readonly limit = 8192) {}

  get(key: string): T | undefined {
    return this.entries.get(key);
  }

  /** The value, or a new one; either counts as set now. */
  getOrSet(key: string, create: () => T): T {
    const value = this.entries.get(key) ?? create();
    this.set(key, value);
    return value;
  }

  /** @param kept keys that are not forgotten */
  set(
    key: string,
    value: T,
    kept: { has(key: string): boolean; readonly size: number } = new Set<string>(),
  ): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= this.limit + kept.size) return;
    for (const old of this.entries.keys()) {
      if (kept.has(old)) continue;
      this.entries.delete(old);
      return;
    }
  }
}

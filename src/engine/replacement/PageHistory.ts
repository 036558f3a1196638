const NONE: ReadonlySet<string> = new Set();

/** Entries forgotten at once: finding the first entry of a map from which many were deleted takes long. */
const FORGOTTEN = 64;

/** What is remembered by key: those set longest ago are forgotten beyond a bound. */
export class PageHistory<T> {
  /** In order of the last setting. */
  private readonly entries = new Map<string, T>();

  /** @param limit keys remembered beside those kept; up to 64 more until they are forgotten together */
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
  set(key: string, value: T, kept: { has(key: string): boolean; readonly size: number } = NONE): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    const limit = this.limit + kept.size;
    if (this.entries.size < limit + FORGOTTEN) return;
    for (const old of this.entries.keys()) {
      if (!kept.has(old)) this.entries.delete(old);
      if (this.entries.size <= limit) return;
    }
  }
}

/** Keys whose use is remembered, resident ones not counted. */
const HISTORY_KEYS = 8192;

/** What is remembered of pages, resident or gone: the pages unused for longest are forgotten beyond a bound. */
export class PageHistory<T> {
  /** In order of the last use. */
  private readonly pages = new Map<string, T>();

  get(key: string): T | undefined {
    return this.pages.get(key);
  }

  /**
   * Remembers the page as the one used last.
   * @param resident pages that are not forgotten
   */
  set(key: string, value: T, resident: { has(key: string): boolean; readonly size: number }): void {
    this.pages.delete(key);
    this.pages.set(key, value);
    if (this.pages.size <= HISTORY_KEYS + resident.size) return;
    for (const old of this.pages.keys()) {
      if (resident.has(old)) continue;
      this.pages.delete(old);
      return;
    }
  }
}

/** An inverted index: features to the addresses of the pages that have them. */
export class Postings<Key> {
  private readonly pages = new Map<Key, Set<string>>();

  get(key: Key): ReadonlySet<string> {
    return this.pages.get(key) ?? NONE;
  }

  add(keys: Iterable<Key>, address: string): void {
    for (const key of keys) {
      const pages = this.pages.get(key);
      if (pages) pages.add(address);
      else this.pages.set(key, new Set([address]));
    }
  }

  remove(keys: Iterable<Key>, address: string): void {
    for (const key of keys) {
      const pages = this.pages.get(key);
      pages?.delete(address);
      if (pages?.size === 0) this.pages.delete(key);
    }
  }
}

const NONE: ReadonlySet<string> = new Set();

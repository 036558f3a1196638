const attempts = 4;

/**
 * Who reads a table while its old versions are removed. One process has a store to itself, so all readers are known: a short
 * read whose files are gone is made again on the version of now, which takes milliseconds; what a scan reads is kept.
 */
export class Readers {
  /** When the version that is read now was begun, ms since the epoch. */
  private versionTime = Date.now();
  /** Scans under way, by the `versionTime` of what they read. */
  private readonly scans = new Map<symbol, number>();
  private cleared = 0;
  private clearing = false;

  /** Notes that a write begun at `time` (ms since the epoch) has made a new version. */
  wrote(time: number): void {
    this.versionTime = time;
  }

  get scanning(): boolean {
    return this.scans.size > 0;
  }

  async read<Result>(act: () => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      const before = this.cleared;
      try {
        return await act();
      } catch (error) {
        const mayBeGone = this.clearing || this.cleared !== before;
        if (!mayBeGone || attempt === attempts) throw error;
      }
    }
  }

  async *scan<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
    const scan = Symbol();
    this.scans.set(scan, this.versionTime);
    try {
      yield* items;
    } finally {
      this.scans.delete(scan);
    }
  }

  /** @param remove removes the versions older than a time that no scan reads */
  async clear(remove: (olderThan: Date) => Promise<unknown>): Promise<void> {
    this.clearing = true;
    try {
      await remove(new Date(Math.min(Date.now(), ...this.scans.values())));
    } finally {
      this.clearing = false;
      this.cleared++;
    }
  }
}

/** The workspace's files as they are looked for while one types: listed anew when they are asked for and not fresh. */
import { PathIndex } from './rankPaths';

/** Older lists are renewed behind the person's back, ms. */
const FRESH_MS = 5000;

export class FileList {
  private index: PathIndex | undefined;
  private listedAt = 0;
  private listing: Promise<PathIndex> | undefined;

  /** @param list workspace paths */
  constructor(
    private readonly list: () => Promise<readonly string[]>,
    private readonly now: () => number = Date.now,
  ) {}

  /** At once, but for the first time. */
  async get(): Promise<PathIndex> {
    if (this.index && this.now() - this.listedAt < FRESH_MS) return this.index;
    this.listing ??= this.renew().finally(() => {
      this.listing = undefined;
    });
    if (!this.index) return this.listing;
    this.listing.catch(() => undefined);
    return this.index;
  }

  private async renew(): Promise<PathIndex> {
    const files = await this.list();
    this.listedAt = this.now();
    const same =
      this.index?.files.length === files.length && this.index.files.every((file, i) => file === files[i]);
    if (!this.index || !same) this.index = new PathIndex(files);
    return this.index;
  }
}

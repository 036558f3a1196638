/** Changes within this time are one batch, ms. */
const batchTime = 150;
/** After a time without changes the first is told so soon, ms: it is a save, and what follows at once belongs to it. */
const firstTime = 25;
/** So many files are a checkout: all of it is told together, when nothing has come for `batchTime` or after so long, ms. */
const manyFiles = 50;
const longestTime = 2000;

/** Gathers paths that changed: a single one is told at once, many are told together. */
export class ChangeBatch {
  private readonly paths = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private begunAt = 0;
  private addedAt = 0;
  private toldAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly tell: (paths: readonly string[]) => void) {}

  add(path: string): void {
    this.paths.add(path);
    this.addedAt = performance.now();
    if (this.timer) return;
    this.begunAt = this.addedAt;
    const quiet = this.addedAt - this.toldAt > batchTime;
    this.timer = setTimeout(() => this.flush(), quiet ? firstTime : batchTime);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private flush(): void {
    const now = performance.now();
    const more = now - this.addedAt < batchTime && now - this.begunAt < longestTime;
    if (this.paths.size >= manyFiles && more) {
      this.timer = setTimeout(() => this.flush(), this.addedAt + batchTime - now);
      return;
    }
    this.timer = undefined;
    this.toldAt = now;
    const paths = [...this.paths];
    this.paths.clear();
    this.tell(paths);
  }
}

/** Changes within this time are one batch, ms: a checkout touches thousands of files. */
const batchTime = 150;
/** After a time without changes the first is told so soon, ms: it is a save, and what follows at once belongs to it. */
const firstTime = 25;

/** Gathers paths that changed: a single one is told at once, many are told together. */
export class ChangeBatch {
  private readonly paths = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private toldAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly tell: (paths: readonly string[]) => void) {}

  add(path: string): void {
    this.paths.add(path);
    const quiet = performance.now() - this.toldAt > batchTime;
    this.timer ??= setTimeout(() => this.flush(), quiet ? firstTime : batchTime);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private flush(): void {
    this.timer = undefined;
    this.toldAt = performance.now();
    const paths = [...this.paths];
    this.paths.clear();
    this.tell(paths);
  }
}

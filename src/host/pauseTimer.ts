/** Calls after a pause in a row of events, of each key for itself, and meanwhile when the row gets long. */
export class PauseTimer {
  private readonly waiting = new Map<string, { readonly timer: NodeJS.Timeout; readonly since: number }>();

  /**
   * @param pause ms without an event
   * @param longest ms that an event waits at most
   */
  constructor(
    private readonly pause: number,
    private readonly longest: number,
    private readonly act: (key: string) => void,
  ) {}

  event(key: string): void {
    const now = performance.now();
    const since = this.waiting.get(key)?.since ?? now;
    this.cancel(key);
    const wait = Math.max(0, Math.min(this.pause, since + this.longest - now));
    const timer = setTimeout(() => {
      this.waiting.delete(key);
      this.act(key);
    }, wait);
    this.waiting.set(key, { timer, since });
  }

  cancel(key: string): void {
    clearTimeout(this.waiting.get(key)?.timer);
    this.waiting.delete(key);
  }

  dispose(): void {
    for (const key of [...this.waiting.keys()]) this.cancel(key);
  }
}

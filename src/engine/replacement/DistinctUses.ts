/** Uses looked back on: pages whose last use is longer ago count as the first of them. */
const WINDOW = 4096;

/**
 * How many distinct pages were used since some use: a binary indexed tree (Fenwick 1994) over a ring of the last uses,
 * in which the last use of every page is marked.
 */
export class DistinctUses {
  private readonly marked = new Uint8Array(WINDOW);
  private readonly sums = new Int32Array(WINDOW + 1);
  private total = 0;

  /** @param previous the page's use before this one; 0: none */
  used(now: number, previous: number): void {
    if (previous > 0 && now - previous < WINDOW) this.mark(previous % WINDOW, 0);
    this.mark(now % WINDOW, 1);
  }

  /** What counts the distinct pages used after the page whose last use it is given. */
  since(now: number): (use: number) => number {
    const upToNow = this.upTo(now % WINDOW);
    return (use) => {
      if (now - use >= WINDOW) return this.total;
      const until = upToNow - this.upTo(use % WINDOW);
      return now % WINDOW >= use % WINDOW ? until : until + this.total;
    };
  }

  private mark(slot: number, value: 0 | 1): void {
    const change = value - (this.marked[slot] ?? 0);
    if (change === 0) return;
    this.marked[slot] = value;
    this.total += change;
    for (let i = slot + 1; i <= WINDOW; i += i & -i) this.sums[i] = (this.sums[i] ?? 0) + change;
  }

  private upTo(slot: number): number {
    let sum = 0;
    for (let i = slot + 1; i > 0; i -= i & -i) sum += this.sums[i] ?? 0;
    return sum;
  }
}

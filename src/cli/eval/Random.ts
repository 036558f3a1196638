/** Seeded random numbers: the same seed gives the same tasks and benchmarks on every machine. */

/** Mulberry32 (Tommy Ettinger, 2017, public domain): 32 bits of state, period 2^32. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** A stream of its own for a part of the benchmark, so that parts do not shift each other's numbers. */
  static named(seed: number, name: string): Random {
    // FNV-1a
    let hash = 0x811c9dc5 ^ seed;
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
    return new Random(hash);
  }

  /** @returns a number in [0, 1) */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** @returns a whole number from `least` to `most`, both included */
  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** @throws RangeError when there is nothing to pick from */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('Nothing to pick from.');
    return items[Math.floor(this.next() * items.length)] as T;
  }

  /** @returns a shuffled copy (Fisher and Yates) */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
    }
    return shuffled;
  }

  /**
   * A long-tailed size (log-normal), as files, results and messages have it.
   * @param spread standard deviation of the logarithm: with 1, one size in six is over 2.7 × the median
   * @returns a whole number from `least` to `most`
   */
  size(median: number, spread: number, least: number, most: number): number {
    const size = Math.round(median * Math.exp(spread * this.normal()));
    return Math.min(most, Math.max(least, size));
  }

  /** Standard normal (Box and Muller). */
  private normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}

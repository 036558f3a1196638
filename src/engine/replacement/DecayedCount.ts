/** A count of uses in which a use counts half after `halfLife` further uses of any page. */
export class DecayedCount {
  private value = 0;
  private at = 0;

  private readonly decay: number;

  constructor(halfLife: number) {
    this.decay = -Math.LN2 / halfLife;
  }

  add(now: number): void {
    this.value = this.read(now) + 1;
    this.at = now;
  }

  read(now: number): number {
    return this.value * Math.exp(this.decay * (now - this.at));
  }
}

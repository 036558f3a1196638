/** What became of the uses of the pages of a group: how many were returns, not first touches, and how quick these were. */
export class GroupReturns {
  private counted = 0;
  private returns = 0;
  private quick = 0;
  private weight = 1;

  /** 1 of a group that was never used, less the more it was: one over the square root. */
  get rarity(): number {
    return this.weight;
  }

  /** @param quickness of the return, 1 at once, less the later; 0: a first touch */
  add(isReturn: boolean, quickness: number): void {
    this.counted += 1;
    if (isReturn) this.returns += 1;
    this.quick += quickness;
    this.weight = 1 / Math.sqrt(1 + this.counted);
  }

  /** Share of returns, as if `weight` uses more had come at the rate `expected`. */
  rate(expected: number, weight: number): number {
    return (this.returns + expected * weight) / (this.counted + weight);
  }

  /** Mean quickness of the uses, as if `weight` uses more had been as quick as `expected`. */
  quickness(expected: number, weight: number): number {
    return (this.quick + expected * weight) / (this.counted + weight);
  }
}

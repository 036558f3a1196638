/** How many uses of the pages of a group are returns, not first touches. */
export class ReturnRate {
  constructor(
    private returns = 0,
    private uses = 0,
  ) {}

  add(isReturn: boolean): void {
    this.uses += 1;
    if (isReturn) this.returns += 1;
  }

  /** Share of returns, as if `weight` uses more had come at the rate `expected`. */
  read(expected: number, weight: number): number {
    return (this.returns + expected * weight) / (this.uses + weight);
  }
}

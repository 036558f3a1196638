/** How much the uses of the pages of a group are returns: 1 is a return, 0 a first touch, between: a late return. */
export class ReturnRate {
  constructor(
    private returns = 0,
    private counted = 0,
  ) {}

  get uses(): number {
    return this.counted;
  }

  add(returned: number): void {
    this.counted += 1;
    this.returns += returned;
  }

  /** Mean over the uses, as if `weight` uses more had come at the rate `expected`. */
  read(expected: number, weight: number): number {
    return (this.returns + expected * weight) / (this.counted + weight);
  }
}

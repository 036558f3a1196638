/** What a sub-agent spends, of its own limit and of the limits of those it works for. */
export class ProcessAccount {
  /** Prompt and output of all requests so far, those of its own sub-agents included; provider tokens. */
  spent = 0;

  /** @param limit provider tokens */
  constructor(
    readonly limit: number,
    private readonly payer?: ProcessAccount,
  ) {}

  spend(tokens: number): void {
    this.spent += tokens;
    this.payer?.spend(tokens);
  }

  /** Never more than those it works for have left. */
  get left(): number {
    return Math.max(0, Math.min(this.limit - this.spent, this.payer?.left ?? Number.POSITIVE_INFINITY));
  }
}

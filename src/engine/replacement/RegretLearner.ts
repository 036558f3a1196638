import { halved } from './powersOfTwo';
import { ReturnModel } from './ReturnModel';

/** What a comparison counts halves with so many uses until it is decided. */
const HORIZON = 20;
/** Uses after which a comparison is dropped undecided. */
const PATIENCE = 4 * HORIZON;

interface Comparison {
  readonly left: string;
  readonly stayed: string;
  readonly at: number;
  /** Features of the page that left, less those of the one that stayed. */
  readonly difference: Float64Array;
}

/**
 * Learns which of two pages returns first: one that left is compared, as both were then, with one that stayed. Whichever
 * is used first should have been the one to stay.
 */
export class RegretLearner {
  private readonly model: ReturnModel;
  /** Undecided, the oldest first. */
  private open: Comparison[] = [];

  constructor(prior: readonly number[]) {
    this.model = new ReturnModel(prior);
  }

  rate(features: Float64Array): number {
    return this.model.rate(features);
  }

  compare(comparison: Comparison): void {
    this.open.push(comparison);
  }

  /** The page is used at `now`. */
  used(key: string, now: number): void {
    this.open = this.open.filter(({ left, stayed, at, difference }) => {
      if (left !== key && stayed !== key) return now - at < PATIENCE;
      const first = left === key ? difference : difference.map((value) => -value);
      this.model.learn(first, halved((now - at) / HORIZON));
      return false;
    });
  }
}

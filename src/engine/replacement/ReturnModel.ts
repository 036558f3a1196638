/** Steps of the learning rate: the first steps are damped by this many squared gradients. */
const RATE = 0.03;
const DAMPING = 20;

/**
 * How soon pages return, from their features: proportional hazards (Cox 1972), so of two pages the chance that one is
 * used before the other is the logistic function of the difference of their scores. Learning is AdaGrad (Duchi, Hazan,
 * Singer 2011): every weight has a rate of its own, which shrinks as it has been moved.
 */
export class ReturnModel {
  private readonly weights: Float64Array;
  private readonly squares: Float64Array;

  /** @param prior weights to start from */
  constructor(prior: readonly number[]) {
    this.weights = Float64Array.from(prior);
    this.squares = new Float64Array(prior.length).fill(DAMPING);
  }

  /** Expected returns in a unit of time that is the same for all pages. */
  rate(features: Float64Array): number {
    return Math.exp(this.score(features));
  }

  /**
   * @param difference features of one page, less those of another
   * @param outcome 1: the one was used first, -1: the other
   * @param importance 0-1
   */
  learn(difference: Float64Array, outcome: 1 | -1, importance: number): void {
    const error = (outcome * importance) / (1 + Math.exp(outcome * this.score(difference)));
    for (let i = 0; i < this.weights.length; i++) {
      const gradient = error * (difference[i] ?? 0);
      const square = (this.squares[i] ?? DAMPING) + gradient * gradient;
      this.squares[i] = square;
      this.weights[i] = (this.weights[i] ?? 0) + (RATE * gradient) / Math.sqrt(square);
    }
  }

  private score(features: Float64Array): number {
    let sum = 0;
    for (let i = 0; i < this.weights.length; i++) sum += (this.weights[i] ?? 0) * (features[i] ?? 0);
    return sum;
  }
}

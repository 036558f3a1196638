/** Steps of the learning rate: the first steps are damped by this many squared gradients. */
const RATE = 0.05;
const DAMPING = 10;

/**
 * Logistic regression, learned online: the chance that a page is used again soon, from its features. Learning is
 * AdaGrad (Duchi, Hazan, Singer 2011): every weight has a rate of its own, which shrinks as it has been moved.
 */
export class ReturnModel {
  private readonly weights: Float64Array;
  private readonly squares: Float64Array;

  /** @param prior weights to start from */
  constructor(prior: readonly number[]) {
    this.weights = Float64Array.from(prior);
    this.squares = new Float64Array(prior.length).fill(DAMPING);
  }

  /** Chance between 0 and 1. */
  predict(features: Float64Array): number {
    let sum = 0;
    for (let i = 0; i < this.weights.length; i++) sum += (this.weights[i] ?? 0) * (features[i] ?? 0);
    return 1 / (1 + Math.exp(-sum));
  }

  /** @param outcome 1: used at once, 0: not used again; between: later */
  learn(features: Float64Array, outcome: number): void {
    const error = this.predict(features) - outcome;
    const { weights, squares } = this;
    for (let i = 0; i < weights.length; i++) {
      const gradient = error * (features[i] ?? 0);
      const square = (squares[i] ?? DAMPING) + gradient * gradient;
      squares[i] = square;
      weights[i] = (weights[i] ?? 0) - (RATE * gradient) / Math.sqrt(square);
    }
  }
}

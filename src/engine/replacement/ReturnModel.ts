/** Steps of the learning rate: the first steps are damped by this many squared gradients. */
const RATE = 0.05;
const DAMPING = 10;

/**
 * Logistic regression, learned online: the chance that a page is used again soon, from its features. Learning is
 * AdaGrad (Duchi, Hazan, Singer 2011): every weight has a rate of its own, which shrinks as it has been moved.
 */
export class ReturnModel {
  private readonly weights: number[];
  private readonly squares: number[];

  /** @param prior weights to start from */
  constructor(prior: readonly number[]) {
    this.weights = [...prior];
    this.squares = prior.map(() => DAMPING);
  }

  /** Chance between 0 and 1. */
  predict(features: readonly number[]): number {
    const sum = this.weights.reduce((total, weight, i) => total + weight * (features[i] ?? 0), 0);
    return 1 / (1 + Math.exp(-sum));
  }

  /** @param outcome 1: used at once, 0: not used again; between: later */
  learn(features: readonly number[], outcome: number): void {
    const error = this.predict(features) - outcome;
    this.weights.forEach((weight, i) => {
      const gradient = error * (features[i] ?? 0);
      const square = (this.squares[i] ?? DAMPING) + gradient * gradient;
      this.squares[i] = square;
      this.weights[i] = weight - (RATE * gradient) / Math.sqrt(square);
    });
  }
}

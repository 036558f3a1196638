import { halved } from './powersOfTwo';
import { ReturnModel } from './ReturnModel';

/** What a comparison counts halves with so many uses until it is decided. */
const HORIZON = 20;
/** Uses after which a comparison is dropped undecided. */
const PATIENCE = 4 * HORIZON;

interface ComparedPage {
  readonly key: string;
  readonly features: Float64Array;
}

interface Comparison {
  readonly left: string;
  readonly stayed: string;
  readonly at: number;
  /** Features of the page that left, less those of the one that stayed. */
  readonly difference: Float64Array;
  decided: boolean;
}

/**
 * Learns which of two pages returns first: one that left is compared, as both were then, with one that stayed. Whichever
 * is used first should have been the one to stay.
 */
export class RegretLearner {
  private readonly model: ReturnModel;
  /** Not yet too old, the oldest first; and by either page. */
  private readonly queue: Comparison[] = [];
  private readonly byPage = new Map<string, Comparison[]>();
  /** Of comparisons that are over: arrays of this size are dear to make. */
  private readonly spare: Float64Array[] = [];

  constructor(prior: readonly number[]) {
    this.model = new ReturnModel(prior);
  }

  rate(features: Float64Array): number {
    return this.model.rate(features);
  }

  /** @param pages each with its features as they are at `at`, which are not kept */
  compare(left: ComparedPage, stayed: ComparedPage, at: number): void {
    const difference = this.spare.pop() ?? new Float64Array(left.features.length);
    for (let i = 0; i < difference.length; i++)
      difference[i] = (left.features[i] ?? 0) - (stayed.features[i] ?? 0);
    const comparison = { left: left.key, stayed: stayed.key, at, difference, decided: false };
    this.queue.push(comparison);
    this.byPage.get(left.key)?.push(comparison) ?? this.byPage.set(left.key, [comparison]);
    this.byPage.get(stayed.key)?.push(comparison) ?? this.byPage.set(stayed.key, [comparison]);
  }

  /** The page is used at `now`: that decides what it was compared with. */
  used(key: string, now: number): void {
    for (const comparison of this.byPage.get(key) ?? []) {
      if (comparison.decided) continue;
      comparison.decided = true;
      const { left, at, difference } = comparison;
      this.model.learn(difference, left === key ? 1 : -1, halved((now - at) / HORIZON));
    }
    this.byPage.delete(key);
    for (let oldest = this.queue[0]; oldest && now - oldest.at >= PATIENCE; oldest = this.queue[0]) {
      this.queue.shift();
      this.spare.push(oldest.difference);
      this.forget(oldest.left, oldest);
      this.forget(oldest.stayed, oldest);
    }
  }

  /** @param oldest of all comparisons */
  private forget(page: string, oldest: Comparison): void {
    const known = this.byPage.get(page);
    if (known?.[0] !== oldest) return;
    known.shift();
    if (known.length === 0) this.byPage.delete(page);
  }
}

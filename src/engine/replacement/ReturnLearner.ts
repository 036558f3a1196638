import { ReturnModel } from './ReturnModel';

/** A return counts half when it comes after this many uses. */
const HORIZON = 40;
/** Uses after which a page watched counts as not having returned. */
const PATIENCE = 4 * HORIZON;
/** Times one page is watched at once. */
const WATCHES = 4;

interface Watch {
  readonly key: string;
  readonly at: number;
  readonly features: Float64Array;
  settled: boolean;
}

/** Learns from outcomes: pages are watched as they were at some time until they are used again, or not in time. */
export class ReturnLearner {
  private readonly model: ReturnModel;
  private readonly queue: Watch[] = [];
  private readonly watches = new Map<string, Watch[]>();

  constructor(prior: readonly number[]) {
    this.model = new ReturnModel(prior);
  }

  predict(features: Float64Array): number {
    return this.model.predict(features);
  }

  watch(key: string, now: number, features: () => Float64Array): void {
    const watches = this.watches.get(key) ?? [];
    if (watches.length >= WATCHES) return;
    const watch = { key, at: now, features: features(), settled: false };
    watches.push(watch);
    this.watches.set(key, watches);
    this.queue.push(watch);
  }

  /** The page is used at `now`: what was watched of it has returned; what was watched for too long has not. */
  used(key: string, now: number): void {
    for (const watch of this.watches.get(key) ?? []) this.settle(watch, 2 ** ((watch.at - now) / HORIZON));
    this.watches.delete(key);
    for (let first = this.queue[0]; first; first = this.queue[0]) {
      if (!first.settled && now - first.at <= PATIENCE) return;
      this.queue.shift();
      if (first.settled) continue;
      this.settle(first, 0);
      const rest = this.watches.get(first.key)?.filter((watch) => watch !== first) ?? [];
      if (rest.length > 0) this.watches.set(first.key, rest);
      else this.watches.delete(first.key);
    }
  }

  private settle(watch: Watch, outcome: number): void {
    watch.settled = true;
    this.model.learn(watch.features, outcome);
  }
}

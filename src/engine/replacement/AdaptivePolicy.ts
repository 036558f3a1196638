import { LruLeash } from './LruLeash';
import { RegretLearner } from './RegretLearner';
import type { ReplacedPage, ReplacementPolicy } from './ReplacementPolicy';
import { FEATURES, UsageHistory } from './UsageHistory';

/** A fault costs a step of the model whatever the page's size: as much as this many tokens. */
const FAULT_TOKENS = 200;
/** Share of the resident tokens that pages used only once may have before they leave first. */
const PROBATION_SHARE = 0.5;
/** Where features are written to be read at once. */
const SCRATCH = new Float64Array(FEATURES);
const OTHER = new Float64Array(FEATURES);
/** Pages that stayed with which one that leaves is compared; a prime spreads the picks. */
const COMPARED = 2;
const STRIDE = 7919;

/**
 * Where the weights start: what was learned from the commits of 28 public repositories, none of them a trace of the
 * benchmark; in the order of the features. From there they follow the stream.
 */
const PRIOR = [
  -0.1, -0.21, 0.48, 0.24, 0.21, -0.01, 0.07, 0.04, 0.12, -0.04, 0.27, -0.37, -0.04, 0.12, 0.36, 0.32, 0.19,
  -0.17, -0.1, -0.03, -0.36, 0.08, -0.34, 0.07, 0.08,
];

interface RatedPage {
  readonly key: string;
  readonly tokens: number;
  /** Used at most once so far. */
  readonly once: boolean;
  readonly worth: number;
  left: boolean;
}

/**
 * Our own policy. The page with the least expected saving per token leaves first: how soon it is likely to return,
 * learned online from the stream, times what a fault would cost, by its tokens. Pages used only once are on probation:
 * when they have more than their share of the tokens they leave before all others, so a flood of one-shot results
 * cannot flush the pages that are used. Where it has lately missed more than LRU would have, it does as LRU does.
 */
export class AdaptivePolicy implements ReplacementPolicy {
  readonly name = 'adaptive';
  /** In order of the last use. */
  private readonly resident = new Map<string, ReplacedPage>();
  /** The resident keys again, to pick one by number. */
  private readonly keys: string[] = [];
  private readonly history = new UsageHistory();
  private readonly learner = new RegretLearner(PRIOR);
  private readonly leash = new LruLeash();
  private lastUsed = '';
  private picks = 0;

  admit(key: string, page: ReplacedPage): void {
    const hit = this.resident.delete(key);
    if (!hit) this.keys.push(key);
    this.resident.set(key, page);
    if (page.prefetched) return;
    this.leash.used(key, hit, this.resident.size);
    this.learn(key);
  }

  reference(key: string): void {
    const page = this.resident.get(key);
    if (page) this.admit(key, { ...page, prefetched: false });
    else this.learn(key);
  }

  evict(key: string): void {
    if (!this.resident.delete(key)) return;
    const last = this.keys.pop();
    if (last !== undefined && last !== key) this.keys[this.keys.indexOf(key)] = last;
    this.leash.trim(this.resident.size);
    this.compare(key);
  }

  victims(): readonly string[] {
    if (this.leash.isTaut) return [...this.resident.keys()];
    const pages = this.byWorth();
    const probation = pages.filter(({ once }) => once);
    let tokens = pages.reduce((sum, page) => sum + page.tokens, 0);
    let onProbation = probation.reduce((sum, page) => sum + page.tokens, 0);
    const order: string[] = [];
    let next = 0;
    let nextOnProbation = 0;
    while (order.length < pages.length) {
      const page = onProbation > tokens * PROBATION_SHARE ? probation[nextOnProbation++] : pages[next++];
      if (!page || page.left) continue;
      page.left = true;
      order.push(page.key);
      tokens -= page.tokens;
      if (page.once) onProbation -= page.tokens;
    }
    return order;
  }

  /** Resident pages, the least expected saving per token first. */
  private byWorth(): RatedPage[] {
    const features = this.history.features();
    const pages: RatedPage[] = [];
    for (const [key, page] of this.resident) {
      const tokens = Math.max(1, page.tokens);
      const once = features(key, SCRATCH) <= 1;
      const rate = this.learner.rate(SCRATCH);
      pages.push({ key, tokens, once, worth: rate * (1 + FAULT_TOKENS / tokens), left: false });
    }
    return pages.sort((a, b) => a.worth - b.worth || (a.key < b.key ? -1 : 1));
  }

  private learn(key: string): void {
    this.learner.used(key, this.history.now + 1);
    this.history.used(key, this.resident);
    this.lastUsed = key;
  }

  /** The page that leaves is compared with pages that stay; the one just used, which cannot leave, tells nothing. */
  private compare(key: string): void {
    const { now } = this.history;
    const left = { key, features: this.history.featuresOf(key, SCRATCH) };
    for (let i = 0; i < COMPARED; i++) {
      const stayed = this.keys[(++this.picks * STRIDE) % this.keys.length];
      if (stayed === undefined || stayed === this.lastUsed) continue;
      const features = this.history.featuresOf(stayed, OTHER);
      this.learner.compare(left, { key: stayed, features }, now);
    }
  }
}

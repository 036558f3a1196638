import { LruLeash } from './LruLeash';
import type { ReplacedPage, ReplacementPolicy } from './ReplacementPolicy';
import { ReturnLearner } from './ReturnLearner';
import { FEATURES, UsageHistory } from './UsageHistory';

/** A fault costs a step of the model whatever the page's size: as much as this many tokens. */
const FAULT_TOKENS = 200;
/** Share of the resident tokens that pages used only once may have before they leave first. */
const PROBATION_SHARE = 0.5;
/** The last uses from which pages to learn from are picked: this many per resident page, at most RECENT_USES. */
const LEARNING_REACH = 8;
const RECENT_USES = 2048;
/** Primes that spread the picks. */
const RESIDENT_STRIDE = 7919;
const RECENT_STRIDE = 104_729;

/**
 * Where the weights start: what was learned from the commits of 14 public repositories, none of them a trace of the
 * benchmark; in the order of the features. From there they follow the stream.
 */
const PRIOR = [
  -1.23, -0.06, -0.27, -0.13, 0.18, 0.21, 0.42, 0.26, -0.35, -0.28, -0.11, -0.13, 0.1, -0.24, 0.72, 0.23,
  0.12, -0.04,
];

interface RatedPage {
  readonly key: string;
  readonly tokens: number;
  /** Used at most once so far. */
  readonly once: boolean;
  readonly worth: number;
}

/**
 * Our own policy. The page with the least expected saving per token leaves first: the chance that it is used again soon,
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
  private readonly recent: string[] = [];
  private readonly history = new UsageHistory();
  private readonly learner = new ReturnLearner(PRIOR);
  private readonly leash = new LruLeash();

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
  }

  victims(): readonly string[] {
    if (this.leash.isTaut) return [...this.resident.keys()];
    const pages = this.byWorth();
    const probation = pages.filter(({ once }) => once);
    let tokens = pages.reduce((sum, page) => sum + page.tokens, 0);
    let onProbation = probation.reduce((sum, page) => sum + page.tokens, 0);
    const order = new Set<string>();
    let next = 0;
    let nextOnProbation = 0;
    while (order.size < pages.length) {
      const page = onProbation > tokens * PROBATION_SHARE ? probation[nextOnProbation++] : pages[next++];
      if (!page || order.has(page.key)) continue;
      order.add(page.key);
      tokens -= page.tokens;
      if (page.once) onProbation -= page.tokens;
    }
    return [...order];
  }

  /** Resident pages, the least expected saving per token first. */
  private byWorth(): RatedPage[] {
    const features = this.history.features();
    const scratch = new Float64Array(FEATURES);
    const pages = [...this.resident].map(([key, page]) => {
      const tokens = Math.max(1, page.tokens);
      const once = this.history.uses(key) <= 1;
      const worth = this.learner.predict(features(key, scratch)) * (1 + FAULT_TOKENS / tokens);
      return { key, tokens, once, worth };
    });
    return pages.sort((a, b) => a.worth - b.worth || (a.key < b.key ? -1 : 1));
  }

  private learn(key: string): void {
    this.history.used(key, this.resident);
    this.learner.used(key, this.history.now);
    this.recent[this.history.now % RECENT_USES] = key;
    this.watchPages();
  }

  /** One resident page and one used lately are watched to learn whether they return. */
  private watchPages(): void {
    const { now } = this.history;
    const reach = Math.min(now, RECENT_USES, LEARNING_REACH * Math.max(1, this.keys.length));
    const picks = [
      this.keys[(now * RESIDENT_STRIDE) % this.keys.length],
      this.recent[(now - ((now * RECENT_STRIDE) % reach)) % RECENT_USES],
    ];
    for (const key of picks)
      if (key !== undefined) this.learner.watch(key, now, () => this.history.featuresOf(key));
  }
}

/** Demand paging of a reference string with a fixed number of resident pages. */
import { CoUse, type CoUsed } from '../../../src/engine/replacement/CoUse';
import type { ReplacementPolicy } from '../../../src/engine/replacement/ReplacementPolicy';

/** Tokens of every page: the miss ratio counts pages, so they are all of one size. */
const PAGE = { tokens: 800, kind: 'file' } as const;

export interface PagingCounts {
  readonly misses: number;
  /** Pages brought in unasked, and those of them that left (or stayed to the end) unused. */
  readonly prefetched: number;
  readonly wasted: number;
}

/** When a page is missed, up to `pages` others are brought in that the last uses wait for with at least `confidence`. */
export interface PrefetchBudget {
  readonly pages: number;
  /** Chance that one of the pages used last still waits for the page. */
  readonly confidence: number;
}

/** Runs a policy. The page missed is brought in, then another leaves when there are too many, as in the engine. */
export function simulate(
  policy: ReplacementPolicy,
  references: readonly string[],
  frames: number,
  prefetch?: PrefetchBudget,
): PagingCounts {
  const resident = new Set<string>();
  const unused = new Set<string>();
  const together = new TogetherCounts();
  /** Brought in for nothing: not again before they are used. */
  const refused = new Set<string>();
  let misses = 0;
  let prefetched = 0;
  let wasted = 0;
  const bringIn = (key: string, asked: string): void => {
    resident.add(key);
    policy.admit(key, key === asked ? PAGE : { ...PAGE, prefetched: true });
    if (resident.size <= frames) return;
    const victim = policy.victims().find((page) => page !== asked && page !== key);
    if (victim === undefined) throw new Error(`${policy.name} names no victim.`);
    resident.delete(victim);
    policy.evict(victim);
    if (!unused.delete(victim)) return;
    wasted += 1;
    refused.add(victim);
  };
  for (const key of references) {
    if (prefetch) together.used(key);
    refused.delete(key);
    if (resident.has(key)) {
      policy.reference(key);
      unused.delete(key);
      continue;
    }
    misses += 1;
    bringIn(key, key);
    if (!prefetch) continue;
    for (const other of together.calledFor(prefetch, new Set([...resident, ...refused]))) {
      prefetched += 1;
      unused.add(other);
      bringIn(other, key);
    }
  }
  return { misses, prefetched, wasted: wasted + unused.size };
}

/** What the prefetcher knows: the policy's own co-use table, kept apart so that every policy is helped alike. */
class TogetherCounts {
  private now = 0;
  private readonly pages = new Map<string, CoUsed>();
  private readonly coUse = new CoUse((key) => this.pages.get(key));

  used(key: string): void {
    const page = this.pages.get(key) ?? { uses: 0, last: 0, partners: new Map<string, number>() };
    page.uses += 1;
    page.last = ++this.now;
    this.pages.set(key, page);
    this.coUse.used(key);
  }

  calledFor(budget: PrefetchBudget, unwanted: ReadonlySet<string>): string[] {
    return [...this.coUse.calls()]
      .filter(([key, { owed }]) => owed >= budget.confidence && !unwanted.has(key))
      .sort((a, b) => b[1].owed - a[1].owed || (a[0] < b[0] ? -1 : 1))
      .slice(0, budget.pages)
      .map(([key]) => key);
  }
}

/** Misses of the optimal policy, which knows the future: the page used farthest ahead leaves (Belady 1966). */
export function beladyMisses(references: readonly string[], frames: number): number {
  const nextUse: number[] = [];
  const upcoming = new Map<string, number>();
  for (let i = references.length - 1; i >= 0; i--) {
    const key = references[i] ?? '';
    nextUse[i] = upcoming.get(key) ?? Number.POSITIVE_INFINITY;
    upcoming.set(key, i);
  }
  const resident = new Map<string, number>();
  let misses = 0;
  references.forEach((key, i) => {
    if (!resident.has(key)) {
      misses += 1;
      if (resident.size >= frames) {
        const [victim] = [...resident].reduce((far, page) => (page[1] > far[1] ? page : far));
        resident.delete(victim);
      }
    }
    resident.set(key, nextUse[i] ?? Number.POSITIVE_INFINITY);
  });
  return misses;
}

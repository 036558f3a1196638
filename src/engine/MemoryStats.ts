/** Counters of the memory, folded from the session's events: what `vmstat` is to an operating system. */
import type { EventOf, SessionEvent } from './events';
import { WORKING_SET_STEPS } from './evictionPlan';
import { LeftPages } from './LeftPages';
import type { EvictedPage, FaultCause, PageOrigin } from './pages';
import { originOf, pagesOf } from './queueEntries';
import { ThrashDetector } from './ThrashDetector';

export interface MemoryFigures {
  /** Major faults by cause; `prefetch` counts minor ones that a page answered which was brought in ahead of need. */
  readonly faults: Readonly<Record<FaultCause, number>>;
  /** Look-ups that found everything resident. */
  readonly minorFaults: number;
  /** Uses of resident pages, as observed in the model's output. */
  readonly references: number;
  /** Share of uses that found their page resident: references / (references + major faults); 1 before the first. */
  readonly hitRatio: number;
  /** Pages the engine brought in by itself, and those of them that were used. */
  readonly prefetched: number;
  readonly prefetchHits: number;
  /** Pages that left without ever having been used, and their own tokens. */
  readonly pollution: { readonly pages: number; readonly tokens: number };
  /** Model steps between a page's eviction and its return: the median; undefined while none came back. */
  readonly refaultDistance: number | undefined;
  /** Own tokens of the pages used in the last `WORKING_SET_STEPS` model steps. */
  readonly workingSet: number;
  readonly rollovers: number;
  readonly turns: number;
  /** Provider tokens, prompts and answers, a turn; summaries included. */
  readonly tokensPerTurn: number;
  /** Share of the prompts that the provider served from its cache; undefined where it does not say. */
  readonly cachedShare: number | undefined;
  readonly thrashing: boolean;
}

interface ResidentFigures {
  /** Sequence number of the event that shows it. */
  readonly seq: number;
  readonly tokens: number;
  readonly origin: PageOrigin;
  readonly lastUse: number;
  readonly used: boolean;
}

/** Distances the median is taken of. */
const DISTANCES = 500;

export class MemoryStats {
  private readonly faults: Record<FaultCause, number> = {
    cold: 0,
    capacity: 0,
    stale: 0,
    hint: 0,
    prefetch: 0,
  };
  private readonly resident = new Map<string, ResidentFigures>();
  private readonly left = new LeftPages();
  private readonly distances: number[] = [];
  private readonly thrash = new ThrashDetector();
  private readonly count = {
    minorFaults: 0,
    references: 0,
    prefetched: 0,
    prefetchHits: 0,
    pollutedPages: 0,
    pollutedTokens: 0,
    rollovers: 0,
    turns: 0,
    tokens: 0,
    promptTokens: 0,
    cachedTokens: 0,
  };
  private reportsCache = false;
  private step = 0;

  /** Folds one event. Events must come in order, each once. */
  apply(event: SessionEvent, session: string): void {
    if (event.type === 'message.assistant') this.use(event.references ?? []);
    if (event.type === 'function.result') this.fault(event);
    if (event.type === 'function.result') this.reanchor(event);
    if (event.type === 'epoch.started') this.turnover(event);
    if (event.type === 'turn.started') this.count.turns++;
    if (event.type === 'response.received') this.spend(event);
    // Messages hold no pages beside themselves.
    if (event.type !== 'function.result' && event.type !== 'interrupt') return;
    const origin = originOf(event);
    for (const page of pagesOf(event, session)) {
      if (page.kind === 'message') continue;
      if (origin === 'prefetch') this.count.prefetched++;
      const { address, seq, tokens } = page;
      this.resident.set(address, { seq, tokens, origin, lastUse: this.step, used: false });
    }
  }

  /** Whether pages come back so soon that the resident set must be too small. */
  get thrashing(): boolean {
    return this.thrash.thrashing;
  }

  /** Pages that came back soon after they had left, lately. */
  get recentReturns(): number {
    return this.thrash.recent;
  }

  /** Share of uses that found their page resident; undefined before the first. */
  get hitRatio(): number | undefined {
    const { references } = this.count;
    const { cold, capacity, stale, hint } = this.faults;
    const uses = references + cold + capacity + stale + hint;
    return uses === 0 ? undefined : references / uses;
  }

  figures(): MemoryFigures {
    const { count, faults } = this;
    const sorted = [...this.distances].sort((a, b) => a - b);
    return {
      faults: { ...faults },
      minorFaults: count.minorFaults,
      references: count.references,
      hitRatio: this.hitRatio ?? 1,
      prefetched: count.prefetched,
      prefetchHits: count.prefetchHits,
      pollution: { pages: count.pollutedPages, tokens: count.pollutedTokens },
      refaultDistance: sorted[Math.floor(sorted.length / 2)],
      workingSet: this.workingSet,
      rollovers: count.rollovers,
      turns: count.turns,
      tokensPerTurn: count.turns === 0 ? 0 : Math.round(count.tokens / count.turns),
      cachedShare: this.reportsCache ? count.cachedTokens / count.promptTokens : undefined,
      thrashing: this.thrashing,
    };
  }

  /** Own tokens of the pages used in the last `WORKING_SET_STEPS` model steps. */
  get workingSet(): number {
    let tokens = 0;
    for (const page of this.resident.values())
      if (this.step - page.lastUse < WORKING_SET_STEPS) tokens += page.tokens;
    return tokens;
  }

  private use(addresses: readonly string[]): void {
    this.thrash.advance(++this.step);
    for (const address of addresses) {
      const page = this.resident.get(address);
      if (!page) continue;
      this.count.references++;
      if (page.origin === 'prefetch' && !page.used) this.count.prefetchHits++;
      this.resident.set(address, { ...page, lastUse: this.step, used: true });
    }
  }

  private reanchor({ anchors = [] }: EventOf<'function.result'>): void {
    for (const { from, page } of anchors) {
      const before = this.resident.get(from);
      if (!before) continue;
      this.resident.delete(from);
      this.resident.set(page.address, before);
    }
  }

  private fault({ fault, pages, shows = [] }: EventOf<'function.result'>): void {
    if (fault?.kind === 'minor') this.count.minorFaults++;
    if (fault?.kind === 'minor' && fault.cause === 'prefetch') this.faults.prefetch++;
    if (fault?.kind !== 'major' || !fault.cause) return;
    this.faults[fault.cause]++;
    if (fault.cause !== 'capacity') return;
    const left = Math.max(
      -1,
      ...pages.map((page) => this.left.stepOfLines(page.address)),
      ...shows.map((known) => this.left.stepOf(known)),
    );
    if (left < 0) return;
    const distance = this.step - left;
    this.distances.push(distance);
    if (this.distances.length > DISTANCES) this.distances.shift();
    this.thrash.refault(distance, this.step);
  }

  private turnover({ seq, evicted, carried = [] }: EventOf<'epoch.started'>): void {
    if (evicted.length > 0) this.count.rollovers++;
    for (const page of evicted) this.leave(page);
    this.left.trim();
    // Two carried pages may be parts of one.
    const before = new Map(this.resident);
    for (const { address, tokens, from } of carried) {
      const parts = from.flatMap((part) => before.get(part) ?? []);
      for (const part of from) this.resident.delete(part);
      this.resident.set(address, {
        seq,
        tokens,
        origin: parts[0]?.origin ?? 'fault',
        lastUse: Math.max(0, ...parts.map((part) => part.lastUse)),
        used: parts.some((part) => part.used),
      });
    }
  }

  private leave({ address, kind, seq }: EvictedPage): void {
    const page = this.resident.get(address);
    // Shown again since, it stays.
    if (kind === 'message' || (page && page.seq !== seq)) return;
    this.resident.delete(address);
    this.left.leave(address, this.step);
    if (!page || page.used) return;
    this.count.pollutedPages++;
    this.count.pollutedTokens += page.tokens;
  }

  private spend({ usage }: EventOf<'response.received'>): void {
    if (!usage) return;
    this.count.tokens += usage.promptTokens + usage.completionTokens;
    this.count.promptTokens += usage.promptTokens;
    if (usage.cachedTokens === undefined) return;
    this.reportsCache = true;
    this.count.cachedTokens += usage.cachedTokens;
  }
}

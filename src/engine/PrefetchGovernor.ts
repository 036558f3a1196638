/**
 * Admission control of prefetches: what each source has brought in and what became of it, told from the session's events
 * alone, and whether it may go on. A source that wastes tokens turns itself down.
 */
import type { EventOf, SessionEvent } from './events';
import type { PrefetchSource } from './pages';

/** A page brought in ahead of need whose use is not known yet. */
interface Pending {
  /** Its present one: a rollover may merge it into a larger page. */
  address: string;
  readonly source: PrefetchSource;
  readonly turn: number;
  readonly tokens: number;
}

export interface PrefetchRecord {
  /** Pages brought in. */
  readonly brought: number;
  /** Referenced before they were evicted. */
  readonly used: number;
  /** Evicted unreferenced: pollution. */
  readonly wasted: number;
  readonly wastedTokens: number;
}

/** Pages that a source may bring in before it is judged. */
const TRIALS = 4;
const LEAST_ACCURACY = 0.5;
/** A source is judged by its latest pages. */
const JUDGED = 12;
/** A page not referenced within this many turns counts as wasted until it is. */
const PATIENCE_TURNS = 3;
/** A source turned down may try again after this many turns. */
const RETRY_TURNS = 20;

const NOTHING: PrefetchRecord = { brought: 0, used: 0, wasted: 0, wastedTokens: 0 };

export class PrefetchGovernor {
  /** Own tokens prefetched in the present turn. */
  spent = 0;
  /** Files edited in the present turn. */
  readonly edited = new Set<string>();

  private turn = 0;
  private pending: readonly Pending[] = [];
  private readonly records = new Map<PrefetchSource, PrefetchRecord>();
  private readonly verdicts = new Map<PrefetchSource, readonly boolean[]>();
  private readonly lastTurn = new Map<PrefetchSource, number>();

  apply(event: SessionEvent): void {
    if (event.type === 'turn.started') {
      this.turn = event.turn;
      this.spent = 0;
      this.edited.clear();
    } else if (event.type === 'file.edited') this.edited.add(event.path);
    else if (event.type === 'function.result') {
      for (const { from, page } of event.anchors ?? []) this.moved(from, page.address);
    } else if (event.type === 'interrupt') this.brought(event);
    else if (event.type === 'message.assistant') this.settle(new Set(event.references), true);
    else if (event.type === 'epoch.started') {
      for (const page of this.pending) {
        const carried = event.carried?.find(({ from }) => from.includes(page.address));
        if (carried) page.address = carried.address;
      }
      this.settle(new Set(event.evicted.map((page) => page.address)), false);
    }
  }

  /** Whether the source may bring in a page now. */
  allows(source: PrefetchSource): boolean {
    const own = this.pending.filter((page) => page.source === source);
    const overdue = own.filter((page) => page.turn <= this.turn - PATIENCE_TURNS).length;
    const verdicts = this.verdicts.get(source) ?? [];
    const judged = verdicts.length + overdue;
    if (judged < TRIALS) return verdicts.length + own.length < TRIALS;
    if (verdicts.filter(Boolean).length >= LEAST_ACCURACY * judged) return true;
    return this.turn - (this.lastTurn.get(source) ?? 0) >= RETRY_TURNS;
  }

  record(source: PrefetchSource): PrefetchRecord {
    return this.records.get(source) ?? NOTHING;
  }

  private brought({ source, pages = [], tokens }: EventOf<'interrupt'>): void {
    if (source === undefined || pages.length === 0) return;
    this.spent += tokens;
    this.lastTurn.set(source, this.turn);
    const share = Math.ceil(tokens / pages.length);
    const news = pages.map(({ address }) => ({ address, source, turn: this.turn, tokens: share }));
    this.pending = [...this.pending, ...news];
    const record = this.record(source);
    this.records.set(source, { ...record, brought: record.brought + pages.length });
  }

  private moved(from: string, to: string): void {
    for (const page of this.pending) if (page.address === from) page.address = to;
  }

  private settle(addresses: ReadonlySet<string>, used: boolean): void {
    if (this.pending.length === 0 || addresses.size === 0) return;
    for (const { address, source, tokens } of this.pending) {
      if (!addresses.has(address)) continue;
      const record = this.record(source);
      this.records.set(
        source,
        used
          ? { ...record, used: record.used + 1 }
          : { ...record, wasted: record.wasted + 1, wastedTokens: record.wastedTokens + tokens },
      );
      this.verdicts.set(source, [...(this.verdicts.get(source) ?? []), used].slice(-JUDGED));
    }
    this.pending = this.pending.filter((page) => !addresses.has(page.address));
  }
}

/** What a session's memory holds and how it has fared: `/proc/meminfo`, `vmstat` and the page table in one. Pure. */
import type { EventContext, HeadTokens } from './events';
import type { MemoryFigures } from './MemoryStats';
import type { ModelPrices } from './modelPrices';
import type { Moment, Page } from './PageTable';
import type { PageOrigin } from './pages';
import type { SessionState } from './SessionState';
import type { Spent } from './SpentTokens';

/** One row of the page table. */
export interface ReportedPage {
  readonly address: string;
  readonly kind: Page['kind'] | 'rules';
  /** Own tokens. */
  readonly tokens: number;
  /** When it came; rules are there from an epoch's first request on. */
  readonly since?: Moment;
  readonly references: number;
  readonly lastReference?: Moment;
  /** A note is taken from it, or it holds rules: its content never leaves. */
  readonly pinned: boolean;
  /** Holds a decision that is not written back yet. */
  readonly dirty: boolean;
  readonly stale: boolean;
  readonly origin?: PageOrigin;
  /** Held by the epoch's head. */
  readonly carried: boolean;
  readonly label: string;
}

/** What the window may hold, as far as it is known: a log does not tell the settings. */
export interface WindowState {
  /** What models cost, as far as the person has said. */
  readonly prices?: ModelPrices;
  /** Provider tokens, estimated; missing before the first event that tells them. */
  readonly occupied?: EventContext;
  readonly settings?: {
    readonly policy: string;
    readonly replacement: string;
    /** Provider tokens kept at most, however large the window. */
    readonly residentLimit: number;
  };
}

export interface MemoryReport extends WindowState {
  readonly session: string;
  /** Empty before the first request. */
  readonly model: string;
  readonly now: Moment;
  /** Own tokens. */
  readonly occupancy: Required<HeadTokens> & { readonly queue: number; readonly total: number };
  /** `thrashing`: whether the alarm is on that the person and the model were told of. */
  readonly figures: MemoryFigures;
  /** Provider tokens of the chat and its sub-agents, by model. */
  readonly spent: readonly Spent[];
  /** Most tokens first. */
  readonly pages: readonly ReportedPage[];
}

/** @returns the report of a session as it stands after its last event */
export function memoryReport(state: SessionState, window: WindowState): MemoryReport {
  return {
    ...window,
    session: state.session,
    model: state.model,
    now: state.now(),
    occupancy: state.context.tokens,
    figures: { ...state.stats.figures(), thrashing: state.thrashing },
    spent: state.spent.ofSession,
    pages: [...rulesPages(state), ...residentPages(state)].sort(
      (a, b) => b.tokens - a.tokens || (a.address < b.address ? -1 : 1),
    ),
  };
}

function residentPages(state: SessionState): ReportedPage[] {
  const sources = state.notes.list().flatMap(({ source }) => (source === undefined ? [] : [source]));
  // A note may be taken from a range that a rollover has merged into a larger page.
  const pinned = new Set(sources.map((source) => state.pages.get(source)?.address ?? source));
  return state.pages.all().map(({ address, kind, tokens, since, references, lastReference, ...page }) => ({
    address,
    kind,
    tokens,
    since,
    references,
    ...(lastReference ? { lastReference } : {}),
    pinned: pinned.has(address),
    dirty: page.dirty,
    stale: page.stale,
    // The model's own messages and the engine's were brought in by nobody.
    ...(kind === 'message' && page.origin === 'fault' ? {} : { origin: page.origin }),
    carried: page.carried,
    label: page.label,
  }));
}

function rulesPages({ rules }: SessionState): ReportedPage[] {
  return rules.shown.map(({ address, path, startLine, endLine }) => {
    const whole = rules.pages.find((page) => page.path === path);
    const share = whole ? Math.min(1, endLine / whole.endLine) : 0;
    return {
      address,
      kind: 'rules',
      tokens: Math.ceil((whole?.tokens ?? 0) * share),
      references: 0,
      pinned: true,
      dirty: false,
      stale: !rules.shows(address),
      carried: true,
      label: `${path}:${startLine}-${endLine}`,
    };
  });
}

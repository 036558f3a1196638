/** Which resident page leaves first. One object is driven by the queue manager, by replays and by the benchmark alike. */

export const REPLACEMENT_POLICIES = ['fifo', 'lru', 'clock', 'lru-2', 'adaptive'] as const;
export type ReplacementPolicyName = (typeof REPLACEMENT_POLICIES)[number];

export interface ReplacedPage {
  readonly tokens: number;
  readonly kind: 'file' | 'tool';
  /** Brought in unasked: not a use. */
  readonly prefetched?: boolean;
}

/**
 * A deterministic fold over what happens to pages: equal calls give equal victims, on every machine. There is no
 * clock; time is the count of uses. Keys are the caller's (`file:<path>`, a tool result's address).
 */
export interface ReplacementPolicy {
  readonly name: ReplacementPolicyName;
  /** The page has become resident, or has grown: counts as a use, unless it was prefetched. */
  admit(key: string, page: ReplacedPage): void;
  /** Observed use of a page, resident or not (a use of one that is not is history for its return). */
  reference(key: string): void;
  /** The page has left. */
  evict(key: string): void;
  /** All resident keys, the first to leave first. Asking changes nothing. */
  victims(): readonly string[];
}

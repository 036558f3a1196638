/** How a process manages its window: the values that tell our paging from the paper's, and from what others do. */
import type { ReplacementPolicyName } from './replacement/ReplacementPolicy';

export interface MemoryPolicy {
  readonly name: string;
  /** Share of the limit at which the model is warned. */
  readonly warning: number;
  /** Share of the limit at which an epoch ends. */
  readonly high: number;
  /** The most that may stay: of the limit with `workingSet`, of the queue with `share`. */
  readonly low: number;
  /** What an eviction leaves: the pages in use and the latest messages, or a fixed share of the queue. */
  readonly batch: 'workingSet' | 'share';
  readonly replacement: ReplacementPolicyName;
  /** Asked for at the end of the chat's own prefix, in a request of its own, or not at all. */
  readonly summary: 'prefix' | 'separate' | 'none';
  /** Own tokens that the addresses of evicted pages may take in the head, beside their share of the limit. 0: none. */
  readonly stubs: number;
  /** Own tokens of a result that are shown at once, beside its share of the limit. Pages and messages asked for are more. */
  readonly result: number;
  /** Whether a change of the notes rewrites the head at once instead of travelling at the tail. */
  readonly headEdits: boolean;
  /** Whether the engine looks by itself for what the model may need. */
  readonly hints: boolean;
}

export const virtualPolicy: MemoryPolicy = {
  name: 'virtual',
  warning: 0.7,
  high: 0.97,
  low: 0.45,
  batch: 'workingSet',
  replacement: 'adaptive',
  summary: 'prefix',
  stubs: 1000,
  result: 2000,
  headEdits: false,
  hints: true,
};

/**
 * The paper's queue manager (Packer et al. 2023, section 2.2): a warning at 70 %, a flush at 100 % that evicts half of
 * the queue, a recursive summary, working context edited in place.
 */
export const memgptPolicy: MemoryPolicy = {
  name: 'memgpt',
  warning: 0.7,
  high: 1,
  low: 0.5,
  batch: 'share',
  replacement: 'fifo',
  summary: 'separate',
  stubs: Number.POSITIVE_INFINITY,
  result: Number.POSITIVE_INFINITY,
  headEdits: true,
  hints: false,
};

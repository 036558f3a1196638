/** Replacement policy: what leaves the queue, oldest first, what an eviction never takes, and what may be admitted. */
import type { EvictedPage } from './events';
import { groupEntries, pagesOf, type QueueEntry } from './queueEntries';
import { PAGE_TOKENS } from './textPages';

/** One admitted result may take at most this share of the budget. */
const RESULT_SHARE = 0.2;
/** Own tokens of a result's heading and of the line that says how it goes on. */
const RESULT_OVERHEAD_TOKENS = 64;
/** Results may exceed the limit they were told by this factor before they are clipped: functions count by estimate. */
export const CLIP_TOLERANCE = 1.25;

export interface Replacement {
  readonly leaving: readonly QueueEntry[];
  readonly retained: readonly QueueEntry[];
  readonly evicted: readonly EvictedPage[];
}

/**
 * Chooses what leaves, oldest first, until the queue has at most `target` own tokens. A call and its results leave together.
 * @param room own tokens the queue may have at most: beyond it the latest exchange is no longer protected
 */
export function chooseLeaving(
  entries: readonly QueueEntry[],
  target: number,
  room: number,
  session: string,
): Replacement {
  const kept = new Set(protectedEntries(entries));
  if (tokensOf([...kept]) > room) {
    // A window that shrank, or calls without number: their results leave addresses, the person's words stay.
    kept.clear();
    const asked = askedLast(entries);
    if (asked) kept.add(asked);
  }
  let queue = tokensOf(entries);
  const leaving: QueueEntry[] = [];
  const retained: QueueEntry[] = [];
  for (const group of groupEntries(entries)) {
    if (queue > target && !group.some((entry) => kept.has(entry))) {
      queue -= tokensOf(group);
      leaving.push(...group);
    } else retained.push(...group);
  }
  return { leaving, retained, evicted: leaving.flatMap((entry) => pagesOf(entry, session)) };
}

/**
 * Own tokens each of `calls` results may have so that the step still fits after an eviction.
 * @param budget own tokens of the budget
 * @param room own tokens the queue may have beside the head
 */
export function resultLimit(
  entries: readonly QueueEntry[],
  calls: number,
  budget: number,
  room: number,
): number {
  const share = (room - tokensOf(protectedEntries(entries))) / Math.max(1, calls);
  const limit = Math.min(budget * RESULT_SHARE, (share - RESULT_OVERHEAD_TOKENS) / CLIP_TOLERANCE);
  return Math.floor(Math.max(PAGE_TOKENS, limit));
}

/** What an eviction never takes: what the person asked last, the latest exchange and the interrupts after it. */
function protectedEntries(entries: readonly QueueEntry[]): QueueEntry[] {
  const asked = askedLast(entries);
  const groups = groupEntries(entries);
  const latest = groups.findLastIndex((group) => group[0]?.event.type !== 'interrupt');
  const kept = groups
    .slice(Math.max(0, latest))
    .flat()
    // Changes of notes are in the new head.
    .filter(({ event }) => event.type !== 'interrupt' || event.kind !== 'notesChanged');
  return [...new Set([...(asked ? [asked] : []), ...kept])];
}

function askedLast(entries: readonly QueueEntry[]): QueueEntry | undefined {
  return entries.findLast((entry) => entry.event.type === 'message.user');
}

function tokensOf(entries: readonly QueueEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.event.tokens, 0);
}

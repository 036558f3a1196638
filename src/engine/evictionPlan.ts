/** Eviction plan: which entries leave the queue, which of their pages stay in the head, and what may be admitted. */
import type { InterruptKind } from './events';
import type { Page } from './PageTable';
import type { EvictedPage } from './pages';
import { groupEntries, type QueueEntry } from './queueEntries';
import { PAGE_TOKENS } from './textPages';

/** One admitted result may take at most this share of the budget. */
const RESULT_SHARE = 0.2;
/** Own tokens of a result's heading and of the line that says how it goes on. */
const RESULT_OVERHEAD_TOKENS = 64;
/** Results may exceed the limit they were told by this factor before they are clipped: functions count by estimate. */
export const CLIP_TOLERANCE = 1.25;
/** Share of what may stay that the latest messages get when pages compete with them. */
const NURSERY_SHARE = 0.05;
/** Model steps after whose last use a page no longer belongs to the working set (Denning 1968: the window τ). */
export const WORKING_SET_STEPS = 28;

/** Interrupts whose news a new head holds. */
const IN_HEAD: ReadonlySet<InterruptKind> = new Set<InterruptKind>([
  'notesChanged',
  'planChanged',
  'rulesChanged',
]);

export interface EvictionPlan {
  readonly leaving: readonly QueueEntry[];
  readonly retained: readonly QueueEntry[];
  /** Pages of what leaves that stay in the head, most valuable first. */
  readonly carried: readonly Page[];
  readonly evicted: readonly EvictedPage[];
}

export interface QueueContent {
  readonly entries: readonly QueueEntry[];
  /** Entries that hold what must not leave, beside the latest exchange. */
  readonly locked: ReadonlySet<number>;
}

/** Nothing leaves. */
export function keepAll(entries: readonly QueueEntry[], carried: readonly Page[]): EvictionPlan {
  return { leaving: [], retained: [...entries], carried, evicted: [] };
}

/**
 * The oldest entries leave until the queue has at most `target` own tokens (Packer et al. 2023, section 2.2). A call and
 * its results leave together.
 * @param pages every resident page: those the head carries leave, too
 * @param room own tokens the queue may have at most: beyond it the latest exchange is no longer protected
 */
export function evictOldest(
  queue: QueueContent,
  pages: readonly Page[],
  target: number,
  room: number,
): EvictionPlan {
  const kept = keptEntries(queue, room);
  let tokens = tokensOf(queue.entries);
  const leaving: QueueEntry[] = [];
  const retained: QueueEntry[] = [];
  for (const group of groupEntries(queue.entries)) {
    if (tokens > target && !group.some((entry) => kept.has(entry))) {
      tokens -= tokensOf(group);
      leaving.push(...group);
    } else retained.push(...group);
  }
  const left = new Set(leaving.map(({ event }) => event.seq));
  const evicted = pages.filter((page) => page.carried || left.has(page.seq));
  return { leaving, retained, carried: [], evicted };
}

/**
 * The latest entries stay as they are; of the pages that older ones brought, those of the working set stay in the head,
 * as far as `target` own tokens hold, in the order of the replacement policy.
 * @param pages every resident page
 * @param victims keys of resident pages, the first to leave first
 * @param step count of model steps so far
 */
export function keepWorkingSet(
  queue: QueueContent,
  pages: readonly Page[],
  victims: readonly string[],
  step: number,
  target: number,
  room: number,
): EvictionPlan {
  const kept = keptEntries(queue, room);
  const groups = groupEntries(queue.entries);
  let nursery = tokensOf([...kept]);
  let first = groups.length;
  for (; first > 0; first--) {
    const group = groups[first - 1] ?? [];
    const tokens = tokensOf(group.filter((entry) => !kept.has(entry)));
    if (tokens > 0 && nursery + tokens > target * NURSERY_SHARE) break;
    nursery += tokens;
  }
  const leaving: QueueEntry[] = [];
  const retained: QueueEntry[] = [];
  for (const [index, group] of groups.entries())
    (index >= first || group.some((entry) => kept.has(entry)) ? retained : leaving).push(...group);

  const staying = new Set(retained.map(({ event }) => event.seq));
  const candidates = pages.filter((page) => page.kind !== 'message' && !staying.has(page.seq));
  const inUse = candidates.filter((page) => isInUse(page, step));
  const share = Math.min(target - nursery, tokensOfPages(inUse));
  const carried = mostValuable(candidates, victims, share);
  const stays = new Set(carried.map((page) => page.address));
  const evicted = pages.filter((page) => !staying.has(page.seq) && !stays.has(page.address));
  return { leaving, retained, carried, evicted };
}

/** @returns the fresh pages that `tokens` hold, most valuable first; one too large for what is left is passed over */
function mostValuable(candidates: readonly Page[], victims: readonly string[], tokens: number): Page[] {
  const rank = new Map(victims.map((key, index) => [key, index]));
  const byValue = candidates
    .filter((page) => !page.stale)
    .sort((a, b) => (rank.get(b.key) ?? -1) - (rank.get(a.key) ?? -1) || lastUseOf(b) - lastUseOf(a));
  let left = tokens;
  const chosen: Page[] = [];
  for (const page of byValue) {
    if (page.tokens > left) continue;
    left -= page.tokens;
    chosen.push(page);
  }
  return chosen;
}

function isInUse(page: Page, step: number): boolean {
  return !page.stale && step - lastUseOf(page) < WORKING_SET_STEPS;
}

/** Step of a page's last use; coming in is one. */
function lastUseOf(page: Page): number {
  return page.lastReference?.step ?? page.since.step;
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

/** What an eviction never takes, as far as `room` own tokens hold it: only what is locked when it is negative. */
function keptEntries({ entries, locked }: QueueContent, room: number): Set<QueueEntry> {
  const lockedEntries = entries.filter(({ event }) => locked.has(event.seq));
  if (room < 0) return new Set(lockedEntries);
  const latest = protectedEntries(entries);
  const kept = new Set([...latest, ...lockedEntries]);
  if (tokensOf([...kept]) <= room) return kept;
  if (tokensOf(latest) <= room) return new Set(latest);
  // A window that shrank, or calls without number: their results leave addresses, the person's words stay.
  const asked = askedLast(entries);
  return new Set(asked ? [asked] : []);
}

/** What the person asked last, the latest exchange, and everything after it that the model has not seen. */
function protectedEntries(entries: readonly QueueEntry[]): QueueEntry[] {
  const asked = askedLast(entries);
  const groups = groupEntries(entries);
  const answer = groups.findLastIndex((group) => group[0]?.event.type === 'message.assistant');
  const unseen = groups[answer]?.length === 1 ? answer + 1 : answer;
  const latest = Math.min(
    unseen,
    groups.findLastIndex((group) => group[0]?.event.type !== 'interrupt'),
  );
  const kept = groups
    .slice(Math.max(0, latest))
    .flat()
    // Changes of notes are in the new head.
    .filter((entry) => !isInHead(entry));
  return [...new Set([...(asked ? [asked] : []), ...kept])];
}

function askedLast(entries: readonly QueueEntry[]): QueueEntry | undefined {
  return entries.findLast((entry) => entry.event.type === 'message.user');
}

/** @returns whether an entry tells what a new head holds: it need not stay, and no summary may be made from it */
export function isInHead({ event }: QueueEntry): boolean {
  return event.type === 'interrupt' && IN_HEAD.has(event.kind);
}

function tokensOf(entries: readonly QueueEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.event.tokens, 0);
}

function tokensOfPages(pages: readonly Page[]): number {
  return pages.reduce((sum, page) => sum + page.tokens, 0);
}

/**
 * Puts what happened outside into the queue, at the boundary between two steps: events that were posted, and what the
 * engine finds when it looks (a cancelled turn, stale pages, changed rules and notes). The order is that of `EVENT_CLASSES`.
 */
import { messageAddress } from './addresses';
import type { CoherenceChecker } from './CoherenceChecker';
import { EVENT_CLASSES } from './eventPriorities';
import type { EventOf, InterruptKind, ObservedKind, SessionEventBody } from './events';
import type { BlobStore, TokenCounter } from './ports';
import type { QueueSettings } from './QueueManager';
import { entryTokens, interruptText } from './queueEntries';
import type { RulesKeeper } from './RulesKeeper';
import type { SessionRecorder } from './SessionRecorder';
import type { TokenBudget } from './TokenBudget';
import { servePages } from './textPages';

/**
 * A message or event that takes more than this share of the budget is shown in part, with its address; what is posted and
 * would take a boundary over it waits for the next one, so that no rollover evicts what the model has not seen.
 */
const BOUNDARY_SHARE = 0.2;
/** Own tokens of the line that says how a cut text goes on. */
const CUT_LINE_TOKENS = 48;

const CANCELLED =
  'The person stopped your last turn. Go on with it only as far as they have asked for it since.';

type Entry = Extract<SessionEventBody, { type: 'message.user' | 'interrupt' }>;

export interface EventDeliveryParts {
  readonly recorder: SessionRecorder;
  readonly coherence: CoherenceChecker;
  readonly rules: RulesKeeper;
  readonly blobs: BlobStore;
  readonly counter: TokenCounter;
  readonly settings: () => QueueSettings;
}

export class EventDelivery {
  constructor(private readonly parts: EventDeliveryParts) {}

  /**
   * What woke the process, at the first boundary of a turn. It does not listen to Stop and asks nothing of the model or the
   * workspace: a turn answers for what started it.
   * @throws JournalError
   */
  async deliverPosted(turn: number, budget: TokenBudget): Promise<void> {
    const entries = await this.postedEntries(turn, budget);
    if (entries.length > 0) await this.parts.recorder.record(...entries);
  }

  /**
   * Everything that happened since the last boundary, in one batch.
   * @returns whether something was among it that would have started a turn
   * @throws the signal's reason, when it is aborted before anything is recorded | JournalError
   */
  async deliver(turn: number, budget: TokenBudget, signal: AbortSignal): Promise<boolean> {
    const { coherence, recorder, rules } = this.parts;
    const entries = await this.postedEntries(turn, budget);
    await coherence.refresh(signal);
    const stale = await coherence.news(signal);
    const reviewed = recorder.state.changes.news();
    if (stale || reviewed) {
      const texts = [...(reviewed?.texts ?? []), ...(stale ? [stale.text] : [])];
      const entry = await this.interruptEntry('fileChanged', texts.join('\n'));
      entries.push({
        ...entry,
        ...(stale ? { staleThrough: stale.through } : {}),
        ...(reviewed ? { reviewThrough: reviewed.through } : {}),
      });
    }
    await rules.refresh(signal);
    // The first head will hold rules and notes as they are.
    const first = recorder.state.epoch === 0;
    const changed = first ? undefined : await rules.delta(this.room(budget));
    if (changed) {
      const entry = await this.interruptEntry('rulesChanged', changed.text);
      entries.push({ ...entry, rulesThrough: changed.through });
    }
    if (!first && !this.parts.settings().policy.headEdits) entries.push(...(await this.noteEntries()));
    if (entries.length > 0)
      await recorder.recordWhen(() => signal.throwIfAborted(), ...entries.sort(byPriority));
    return entries.some((entry) => classOf(entry).wakes);
  }

  /** Puts an interrupt at the queue's tail. @throws JournalError */
  async interrupt(kind: InterruptKind, text: string): Promise<void> {
    await this.parts.recorder.record(await this.interruptEntry(kind, text));
  }

  /** What the person changed of notes and plan. */
  private async noteEntries(): Promise<Entry[]> {
    const { notes } = this.parts.recorder.state;
    // Both at once, as they are now: what changes later has a larger number than either.
    const deltas = notes.deltas();
    const plan = notes.plan.delta();
    const { revision } = notes.plan;
    const entries: Entry[] = [];
    if (deltas) {
      const text = `The pinned notes were changed:\n${deltas.text}`;
      entries.push({ ...(await this.interruptEntry('notesChanged', text)), notesThrough: deltas.through });
    }
    if (plan !== undefined) {
      const text = `The person has changed the plan: ${plan}`;
      entries.push({ ...(await this.interruptEntry('planChanged', text)), notesThrough: revision });
    }
    return entries;
  }

  /** What is posted, as far as one boundary takes it, after the news that the last turn was cancelled. */
  private async postedEntries(turn: number, budget: TokenBudget): Promise<Entry[]> {
    const { events } = this.parts.recorder.state;
    const entries: Entry[] = [];
    if (events.cancelled) entries.push(await this.interruptEntry('cancelled', CANCELLED));
    const limit = this.room(budget);
    let room = limit;
    for (const event of events.pending()) {
      const entry =
        event.kind === 'userMessage'
          ? await this.messageEntry(event, turn, limit)
          : await this.eventEntry(event, event.kind, limit);
      // The first is always taken.
      if (entry.tokens > room && room < limit) break;
      room -= entry.tokens;
      entries.push(entry);
    }
    return entries;
  }

  /** Own tokens that a message or event may take. */
  private room(budget: TokenBudget): number {
    return Math.floor(budget.ownTokens(budget.budget) * BOUNDARY_SHARE);
  }

  private async messageEntry(event: EventOf<'event.posted'>, turn: number, limit: number): Promise<Entry> {
    const { blobs, counter } = this.parts;
    const { text, seq } = event;
    const served = await servePages(text, 1, limit, counter);
    const cut = served?.next === undefined ? undefined : { shown: served.text, nextPage: served.next };
    const tokens = await entryTokens(counter, { role: 'user', content: cut?.shown ?? text });
    return {
      type: 'message.user',
      turn,
      text,
      tokens: cut ? tokens + CUT_LINE_TOKENS : tokens,
      posted: seq,
      ...(cut ? { shown: await blobs.put(cut.shown), nextPage: cut.nextPage } : {}),
    };
  }

  private async eventEntry(
    event: EventOf<'event.posted'>,
    kind: InterruptKind,
    limit: number,
  ): Promise<Entry> {
    const { counter, recorder } = this.parts;
    const served = await servePages(event.text, 1, limit, counter);
    const address = messageAddress(recorder.state.session, event.seq);
    const text =
      served?.next === undefined
        ? event.text
        : `${served.text}\n[${served.label}; page_in("${address}", page: ${served.next}) goes on]`;
    return { ...(await this.interruptEntry(kind, text)), posted: event.seq };
  }

  private async interruptEntry(
    kind: InterruptKind,
    text: string,
  ): Promise<Extract<Entry, { type: 'interrupt' }>> {
    const tokens = await entryTokens(this.parts.counter, {
      role: 'user',
      content: interruptText(kind, text),
    });
    return { type: 'interrupt', kind, text, tokens };
  }
}

function byPriority(a: Entry, b: Entry): number {
  return classOf(a).priority - classOf(b).priority;
}

function classOf(entry: Entry) {
  return EVENT_CLASSES[entry.type === 'message.user' ? 'userMessage' : (entry.kind as ObservedKind)];
}

/** The state of a session, folded from its events: the same fold serves a live session and a resumed one. */

import { messageAddress } from './addresses';
import { ChatChoices } from './ChatChoices';
import { ChangeLedger } from './changes/ChangeLedger';
import type { ChatMessage, FunctionSchema } from './chat';
import { findDecisions } from './decisions';
import { EventQueue } from './EventQueue';
import { type EventOf, isQueueEvent, type QueueEvent, type SessionEvent } from './events';
import { filesOf } from './filesOf';
import { HintLedger } from './HintLedger';
import { MainContext } from './MainContext';
import { MemoryStats } from './MemoryStats';
import { type Moment, PageTable } from './PageTable';
import { renderItems } from './Plan';
import { PrefetchGovernor } from './PrefetchGovernor';
import type { FilePage } from './pages';
import type { BlobHash, BlobStore, TokenCounter } from './ports';
import { ProcessLedger } from './processes/ProcessLedger';
import { blobOf, originOf, pagesOf, type QueueEntry, renderEntry } from './queueEntries';
import { Rules } from './RulesPage';
import { createReplacementPolicy } from './replacement/createReplacementPolicy';
import type { ReplacementPolicy } from './replacement/ReplacementPolicy';
import { ShownTexts } from './ShownTexts';
import { SpentTokens } from './SpentTokens';
import { StaleNews } from './StaleNews';
import { TouchedPaths } from './TouchedPaths';
import { WorkingContext } from './WorkingContext';

/** More than a window holds. */
const REMEMBERED_RESULTS = 4000;

export class SessionState {
  readonly context = new MainContext();
  readonly notes: WorkingContext;
  readonly rules = new Rules();
  readonly touched = new TouchedPaths();
  readonly staleNews = new StaleNews();
  readonly pages = new PageTable();
  readonly shownTexts = new ShownTexts();
  readonly stats = new MemoryStats();
  readonly spent = new SpentTokens();
  readonly choices = new ChatChoices();
  readonly events = new EventQueue();
  readonly hints = new HintLedger();
  readonly processes = new ProcessLedger();
  readonly changes = new ChangeLedger();
  readonly prefetches = new PrefetchGovernor();
  /** Every file range ever shown or pinned in this session, by address. */
  readonly filePages = new Map<string, FilePage>();
  private readonly shownByPath = new Map<string, Map<string, FilePage>>();
  /** Blobs of the latest function results (the whole texts), by `tool:` address; older ones are looked up in the log. */
  readonly results = new Map<string, BlobHash>();
  readonly archivalNotes = new Map<string, string>();

  /** 0 until the first request. */
  epoch = 0;
  turn = 0;
  /** Model steps so far: answers, with calls or without. */
  step = 0;
  /** Calls made so far; the next call is `calls + 1`. */
  calls = 0;
  /** Set while a turn is under way, also by a crash. */
  openTurn: number | undefined;
  /** Calls of the last assistant message that have no result yet, id to name. */
  readonly openCalls = new Map<string, string>();
  summary = '';
  model = '';
  budget = 0;
  /** The last prompt the provider counted; undefined at the start of an epoch. */
  measured: { readonly own: number; readonly provider: number } | undefined;
  /** Provider tokens per own token, as last measured. */
  calibration: number | undefined;
  /** What the last refusal for length has shown. */
  correction: EventOf<'budget.corrected'> | undefined;
  /** Sequence number of the last note change that the head shows. */
  notesInHead = 0;
  /** Whether the model was told that pages come back too soon. */
  thrashing = false;
  /** Whether this epoch's pressure warning was given. */
  pressureWarned = false;

  private cold: { queue: Map<number, QueueEvent>; epoch: EventOf<'epoch.started'> | undefined } | undefined;

  constructor(
    readonly session: string,
    private readonly blobs: BlobStore,
    private readonly counter: TokenCounter,
    notesLimit: () => number,
    /** Follows the pages' use, event by event. */
    readonly replacement: ReplacementPolicy = createReplacementPolicy('lru'),
  ) {
    this.notes = new WorkingContext(notesLimit);
  }

  /** Folds a session's durable events. Only what is resident at the end is loaded from the blob store. */
  async restore(events: AsyncIterable<SessionEvent>, seen: (event: SessionEvent) => void): Promise<void> {
    this.cold = { queue: new Map(), epoch: undefined };
    const cold = this.cold;
    for await (const event of events) {
      await this.apply(event);
      seen(event);
    }
    this.cold = undefined;
    const entries: QueueEntry[] = [];
    for (const event of cold.queue.values()) entries.push(await this.entryOf(event));
    if (cold.epoch) await this.enterEpoch(cold.epoch, entries);
    else
      this.context.reset(
        { messages: [], functions: [], tokens: { system: 0, notes: 0, summary: 0 } },
        entries,
      );
  }

  /** Folds one event. Events must come in order, each once. */
  async apply(event: SessionEvent): Promise<void> {
    this.events.apply(event);
    this.stats.apply(event, this.session);
    this.spent.apply(event);
    this.choices.apply(event);
    this.hints.apply(event);
    this.processes.apply(event);
    this.changes.apply(event);
    this.prefetches.apply(event);
    this.staleNews.apply(event);
    this.touched.apply(event);
    for (const file of filesOf(event)) this.filePages.set(file.address, file);
    if (isQueueEvent(event)) {
      this.applyQueueEvent(event);
      this.admitPages(event);
      if (this.cold) this.cold.queue.set(event.seq, event);
      else this.context.append(await this.entryOf(event));
      return;
    }
    switch (event.type) {
      case 'epoch.started':
        await this.applyEpoch(event);
        return;
      case 'session.forked':
        // A sub-agent is not in its parent's turn.
        if (event.kind === 'process') this.openTurn = undefined;
        return;
      case 'turn.started':
        this.turn = event.turn;
        this.openTurn = event.turn;
        return;
      case 'turn.ended':
        this.openTurn = undefined;
        return;
      case 'response.received':
        if (!event.usage || event.purpose !== 'step') return;
        this.calibration = event.calibration;
        this.measured = { own: event.ownTokens, provider: event.usage.promptTokens };
        return;
      case 'budget.corrected':
        this.correction = event;
        this.calibration = event.calibration;
        this.measured = undefined;
        return;
      case 'note.pinned':
        this.notes.apply(event, await this.countOne(event.note.text));
        return;
      case 'note.edited':
        this.notes.apply(event, await this.countOne(event.text));
        return;
      case 'note.unpinned':
      case 'note.stale':
      case 'note.fresh':
        this.notes.apply(event, 0);
        return;
      case 'plan.changed':
        this.notes.apply(event, await this.countOne(renderItems(event.items)));
        return;
      case 'rules.loaded':
        this.rules.load(event.rules, event.seq);
        return;
      case 'archival.inserted':
        this.archivalNotes.set(event.id, event.text);
        if (event.source !== undefined) this.pages.writtenBack(event.source);
        return;
      case 'thrashing':
        this.thrashing = event.active;
        return;
      case 'page.stale':
        this.pages.markStale(event.address);
        return;
      case 'page.fresh':
        this.pages.markFresh(event.address);
        return;
    }
  }

  private applyQueueEvent(event: QueueEvent): void {
    if (event.type === 'message.assistant') {
      this.step++;
      this.calls += event.calls.length;
      this.openCalls.clear();
      for (const call of event.calls) this.openCalls.set(call.id, call.name);
      const used = (event.references ?? []).flatMap(
        (address) => this.pages.reference(address, this.now())?.key ?? [],
      );
      for (const key of new Set(used)) this.replacement.reference(key);
    } else if (event.type === 'function.result') {
      this.openCalls.delete(event.callId);
      this.rememberResult(event.address, event.whole ?? event.result);
      this.shownTexts.show(event.shows ?? [], event.address);
      for (const { from, page } of event.anchors ?? []) {
        this.remember(page);
        this.pages.reanchor(from, page);
      }
    } else if (event.type === 'interrupt') {
      if (event.kind === 'memoryPressure') this.pressureWarned = true;
      const whole = (event.hints ?? []).filter((hint) => hint.whole).map((hint) => hint.address);
      this.shownTexts.show(whole, messageAddress(event.inherited ?? this.session, event.seq));
      if (event.notesThrough !== undefined) this.notes.delivered(event.notesThrough);
      if (event.rulesThrough !== undefined) this.rules.delivered(event.rulesThrough);
    }
  }

  private admitPages(event: QueueEvent): void {
    const files = new Map(filesOf(event).map((file) => [file.address, file]));
    const origin = originOf(event);
    const dirty =
      event.type === 'message.assistant' && !event.imported && findDecisions(event.text).length > 0;
    const keys = new Map<string, 'file' | 'tool'>();
    for (const page of pagesOf(event, this.session)) {
      const file = files.get(page.address);
      if (file) this.remember(file);
      const blob = file?.source ?? shownText(event);
      const admitted = { ...page, ...(file ? { file } : {}), ...(blob ? { blob } : {}), origin, dirty };
      const { key, kind } = this.pages.admit(admitted, this.now());
      if (kind !== 'message') keys.set(key, kind);
    }
    // However many ranges of a file one event shows, it is one use.
    for (const [key, kind] of keys)
      this.replacement.admit(key, {
        tokens: this.pages.tokensOf(key),
        kind,
        prefetched: origin === 'prefetch',
      });
  }

  /** Every range of a file that this session has shown. */
  shownOf(path: string): readonly FilePage[] {
    return [...(this.shownByPath.get(path)?.values() ?? [])];
  }

  private rememberResult(address: string, text: BlobHash): void {
    this.results.set(address, text);
    const [oldest] = this.results.keys();
    if (this.results.size > REMEMBERED_RESULTS && oldest !== undefined) this.results.delete(oldest);
  }

  private remember(file: FilePage): void {
    const shown = this.shownByPath.get(file.path) ?? new Map<string, FilePage>();
    this.shownByPath.set(file.path, shown.set(file.address, file));
  }

  /** Where the session stands. */
  now(): Moment {
    return { epoch: this.epoch, turn: this.turn, step: this.step };
  }

  private async applyEpoch(event: EventOf<'epoch.started'>): Promise<void> {
    this.epoch = event.epoch;
    this.model = event.model;
    this.budget = event.budget;
    this.pressureWarned = false;
    this.measured = undefined;
    this.notesInHead = event.notesThrough;
    this.turnover(event);
    this.notes.delivered(event.notesThrough);
    this.rules.frozen(event.rules ?? [], event.rulesThrough ?? 0);
    const retained = new Set(event.retained);
    if (this.cold) {
      for (const seq of [...this.cold.queue.keys()]) if (!retained.has(seq)) this.cold.queue.delete(seq);
      this.cold.epoch = event;
      return;
    }
    await this.enterEpoch(
      event,
      this.context.entries.filter((entry) => retained.has(entry.event.seq)),
    );
  }

  private turnover({ seq, evicted, carried = [] }: EventOf<'epoch.started'>): void {
    const before = new Set(this.pages.all().map((page) => page.key));
    this.pages.evict(evicted);
    for (const { file, from, ...page } of carried) {
      if (file) this.remember(file);
      const admitted = { ...page, ...(file ? { file } : {}), seq, origin: 'fault' } as const;
      this.pages.carry(admitted, from, this.now());
    }
    const after = new Set(this.pages.all().map((page) => page.key));
    for (const key of before) if (!after.has(key)) this.replacement.evict(key);
  }

  private async enterEpoch(event: EventOf<'epoch.started'>, entries: readonly QueueEntry[]): Promise<void> {
    this.summary = event.summary ? await this.blobs.get(event.summary) : '';
    const messages = JSON.parse(await this.blobs.get(event.head)) as ChatMessage[];
    const functions = JSON.parse(await this.blobs.get(event.functions)) as FunctionSchema[];
    this.context.reset({ messages, functions, tokens: event.headTokens }, entries);
  }

  private async entryOf(event: QueueEvent): Promise<QueueEntry> {
    const blob = blobOf(event);
    return renderEntry(
      event.inherited ?? this.session,
      event,
      blob === undefined ? undefined : await this.blobs.get(blob),
    );
  }

  private async countOne(text: string): Promise<number> {
    const [tokens] = await this.counter.count([text]);
    return tokens ?? 0;
  }
}

/** What a page that is no file shows, where it goes on being shown without its message. */
function shownText(event: QueueEvent): BlobHash | undefined {
  if (event.type === 'function.result') return event.result;
  return event.type === 'interrupt' && event.stored ? event.body : undefined;
}

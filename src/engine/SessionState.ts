/** The state of a session, folded from its events: the same fold serves a live session and a resumed one. */
import type { ChatMessage, FunctionSchema } from './chat';
import { type EventOf, type FilePage, isQueueEvent, type QueueEvent, type SessionEvent } from './events';
import { MainContext } from './MainContext';
import { PageTable } from './PageTable';
import type { BlobHash, BlobStore, TokenCounter } from './ports';
import { blobOf, type QueueEntry, renderEntry } from './queueEntries';
import { WorkingContext } from './WorkingContext';

export class SessionState {
  readonly context = new MainContext();
  readonly notes: WorkingContext;
  readonly pages = new PageTable();
  /** Every file range ever shown in this session, by address. */
  readonly filePages = new Map<string, FilePage>();
  /** Blob of every function result of this session (the whole text), by `tool:` address. */
  readonly results = new Map<string, BlobHash>();
  readonly archivalNotes = new Map<string, string>();

  /** 0 until the first request. */
  epoch = 0;
  turn = 0;
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
  /** Whether this epoch's pressure warning was given. */
  pressureWarned = false;

  private cold: { queue: Map<number, QueueEvent>; epoch: EventOf<'epoch.started'> | undefined } | undefined;

  constructor(
    readonly session: string,
    private readonly blobs: BlobStore,
    private readonly counter: TokenCounter,
    notesLimit: () => number,
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
    if (isQueueEvent(event)) {
      this.applyQueueEvent(event);
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
      case 'note.pinned':
        if (event.page) this.filePages.set(event.page.address, event.page);
        this.notes.apply(event, await this.countOne(event.note.text));
        return;
      case 'note.edited':
        this.notes.apply(event, await this.countOne(event.text));
        return;
      case 'note.unpinned':
      case 'note.stale':
        this.notes.apply(event, 0);
        return;
      case 'archival.inserted':
        this.archivalNotes.set(event.id, event.text);
        return;
      case 'page.stale':
        this.pages.markStale(event.address);
        return;
    }
  }

  private applyQueueEvent(event: QueueEvent): void {
    if (event.type === 'message.assistant') {
      this.calls += event.calls.length;
      this.openCalls.clear();
      for (const call of event.calls) this.openCalls.set(call.id, call.name);
    } else if (event.type === 'function.result') {
      this.openCalls.delete(event.callId);
      this.results.set(event.address, event.whole ?? event.result);
      this.showPages(event.pages, event.seq);
    } else if (event.type === 'interrupt') {
      if (event.kind === 'memoryPressure') this.pressureWarned = true;
      if (event.notesThrough !== undefined) this.notes.delivered(event.notesThrough);
      this.showPages(event.pages ?? [], event.seq);
    }
  }

  private showPages(pages: readonly FilePage[], seq: number): void {
    for (const page of pages) this.filePages.set(page.address, page);
    this.pages.admit(pages, seq);
  }

  private async applyEpoch(event: EventOf<'epoch.started'>): Promise<void> {
    this.epoch = event.epoch;
    this.model = event.model;
    this.budget = event.budget;
    this.pressureWarned = false;
    this.measured = undefined;
    this.pages.evict(event.evicted);
    this.notes.delivered(event.notesThrough);
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

/**
 * A process of the assistant: one main context, one session log, one turn at a time. What the person can do to it, and
 * what the surfaces see of it, is here; the turn itself is in TurnRunner.
 */
import type { AgentParts } from './AgentParts';
import { messageAddress } from './addresses';
import { CoherenceChecker } from './CoherenceChecker';
import { describeError, isModelError } from './errors';
import type { Note, SessionEvent, SessionEventBody, TurnEnd } from './events';
import { filePageOf, rawRange, splitLines } from './filePages';
import { type MemoryGauge, OutputBuffer, type OutputEvent } from './OutputBuffer';
import { QueueManager } from './QueueManager';
import { entryTokens } from './queueEntries';
import { RecallFeeder } from './RecallFeeder';
import { archivalNoteOf, recallMessageOf } from './recallFeed';
import { createReplacementPolicy } from './replacement/createReplacementPolicy';
import { SessionNotes } from './SessionNotes';
import { type SessionListener, SessionRecorder } from './SessionRecorder';
import { SessionState } from './SessionState';
import { StoredPages } from './StoredPages';
import { systemInstructions } from './systemInstructions';
import { TokenBudget } from './TokenBudget';
import { type ModelSource, TurnRunner } from './TurnRunner';
import { servePages } from './textPages';
import { outputOf } from './transcript';

const NO_RESULT = 'No result: the turn ended before this call finished.';
/** A message of the person's that takes more than this share of the budget is shown in part, with its address. */
const USER_MESSAGE_SHARE = 0.2;
const CUT_LINE_TOKENS = 48;
/** As for a model that does not tell its window. */
const ASSUMED_WINDOW_TOKENS = 8192;

export class AgentProcess {
  readonly output = new OutputBuffer();
  /** The person's own changes to the notes; they reach the model on its next step. */
  readonly notes: SessionNotes;

  private readonly state: SessionState;
  private readonly recorder: SessionRecorder;
  private readonly coherence: CoherenceChecker;
  private readonly runner: TurnRunner;
  private readonly feeder: RecallFeeder;
  private readonly shown: OutputEvent[] = [];
  private closing = false;
  private running: { readonly abort: AbortController; readonly done: Promise<TurnEnd> } | undefined;

  private constructor(
    private readonly parts: AgentParts,
    model: ModelSource,
  ) {
    const { log, blobs, counter, hash, clock, functions } = parts;
    const replacement = createReplacementPolicy(parts.settings().policy.replacement);
    this.state = new SessionState(log.sessionId, blobs, counter, () => this.runner.notesLimit(), replacement);
    this.recorder = new SessionRecorder(log, this.state, clock, (own) => this.runner.occupancy(own));
    this.notes = new SessionNotes('person', this.recorder, counter, hash, clock);
    this.coherence = new CoherenceChecker({ ...parts, state: this.state });
    const queue = new QueueManager({
      state: this.state,
      recorder: this.recorder,
      blobs,
      hash,
      counter,
      clock,
      instructions: systemInstructions(parts.folders),
      schemas: functions.map((fn) => fn.schema),
      settings: parts.settings,
    });
    this.runner = new TurnRunner(
      {
        agent: parts,
        state: this.state,
        recorder: this.recorder,
        queue,
        coherence: this.coherence,
        output: this.output,
      },
      model,
    );
    this.feeder = new RecallFeeder(parts.recall);
    this.recorder.subscribe((event) => this.publish(event));
  }

  /**
   * Opens a session: resumes it from its log, or begins it. A turn that a crash cut short is closed as interrupted.
   * @param model asked at every step, so that a change takes effect at the next one
   * @param notes working context to begin a new session with
   * @throws JournalError
   */
  static async open(
    parts: AgentParts,
    model: ModelSource,
    notes: readonly Note[] = [],
  ): Promise<AgentProcess> {
    const process = new AgentProcess(parts, model);
    const { state, recorder, shown } = process;
    let events = 0;
    await state.restore(parts.log.read(), (event) => {
      events++;
      shown.push(...outputOf(event));
    });
    if (events === 0) {
      await recorder.record(
        { type: 'session.started', workspace: parts.folders },
        ...notes.map((note): SessionEventBody => ({ type: 'note.pinned', note })),
      );
    } else if (state.openTurn !== undefined) {
      const text = 'No result: the editor was closed before this call finished.';
      await process.runner.executor.closeOpenCalls(state.openTurn, text);
      await recorder.record({ type: 'turn.ended', turn: state.openTurn, reason: 'interrupted' });
    }
    return process;
  }

  get session(): string {
    return this.state.session;
  }

  get busy(): boolean {
    return this.running !== undefined;
  }

  /** Every durable event from now on, as the paging log shows it. @returns a function that stops listening */
  onEvent(listener: SessionListener): () => void {
    return this.recorder.subscribe(listener);
  }

  /** Everything the person has seen, and the state of memory: enough to draw the conversation anew. */
  transcript(): readonly OutputEvent[] {
    const { streamed } = this.runner;
    const live: OutputEvent[] =
      streamed === '' ? [] : [{ type: 'textDelta', turn: this.state.turn, text: streamed }];
    return [...this.shown, ...live, this.notesEvent(), { type: 'gauge', gauge: this.gauge() }];
  }

  gauge(): MemoryGauge {
    return this.runner.gauge();
  }

  /**
   * Asks the model for its window, so that the gauge is right before the first turn; later steps ask anyway.
   * @throws ModelError
   */
  async prepare(signal: AbortSignal): Promise<void> {
    await this.runner.prepareModel(signal);
    this.showMemory();
  }

  /** Draws notes and gauge anew, after a change of the settings. */
  showMemory(): void {
    this.output.emit(this.notesEvent());
    this.output.emit({ type: 'gauge', gauge: this.gauge() });
  }

  /** Runs one turn for a message of the person's. Never throws: errors end the turn and are shown. */
  submit(text: string): Promise<TurnEnd> {
    return this.turn(async (turn, signal) => {
      const { counter, blobs, settings } = this.parts;
      let budget = new TokenBudget({ windowTokens: ASSUMED_WINDOW_TOKENS, ...settings() });
      let failure: unknown;
      try {
        budget = (await this.runner.prepareModel(signal)).budget;
      } catch (error) {
        // What the person wrote is recorded even when no model can be asked.
        failure = error;
      }
      const limit = Math.floor(budget.ownTokens(budget.budget) * USER_MESSAGE_SHARE);
      const served = await servePages(text, 1, limit, counter);
      const cut = served?.next === undefined ? undefined : { shown: served.text, nextPage: served.next };
      const tokens = await entryTokens(counter, { role: 'user', content: cut?.shown ?? text });
      await this.recorder.record({
        type: 'message.user',
        turn,
        text,
        // The line that says how it goes on comes on top.
        tokens: cut ? tokens + CUT_LINE_TOKENS : tokens,
        ...(cut ? { shown: await blobs.put(cut.shown), nextPage: cut.nextPage } : {}),
      });
      if (failure !== undefined) throw failure;
    });
  }

  /** Goes on after an interrupted turn or the call limit. Never throws. */
  resumeTurn(): Promise<TurnEnd> {
    return this.turn(() =>
      this.runner.interrupt('resumed', 'The person asks you to go on where you stopped.'),
    );
  }

  /** Cancels the running turn; what was streamed so far is kept. */
  stop(): void {
    this.running?.abort.abort();
  }

  /** As `stop`; resolves when the turn has ended and all of it is durable. */
  async halt(): Promise<void> {
    this.stop();
    await this.running?.done;
    await this.recorder.settled();
  }

  /** Pins lines of a file, under their address: the note becomes stale when the lines change. @throws NoteLimitError */
  async pinRange(path: string, startLine: number, endLine: number): Promise<Note> {
    const { files, blobs } = this.parts;
    const snapshot = await files.read(path, new AbortController().signal);
    const source = rawRange(splitLines(snapshot.text), { startLine, endLine });
    const page = filePageOf(snapshot, { startLine, endLine }, await blobs.put(source));
    const text = `${page.path}:${startLine}-${endLine}\n${source.trimEnd()}`;
    return this.notes.pin(text, page.address, page);
  }

  /** Pins the text of a message, under its address. @throws NoteLimitError | UnknownAddressError */
  async pinMessage(seq: number): Promise<Note> {
    const address = messageAddress(this.session, seq);
    return this.notes.pin(await this.stored(address), address);
  }

  /** The exact text an address names. @throws UnknownAddressError */
  stored(address: string): Promise<string> {
    return new StoredPages(this.state, this.parts.blobs, this.parts.history).contentOf(address);
  }

  /** Files of the workspace have changed: pinned notes taken from them are checked at once, pages before the next step. */
  async filesChanged(): Promise<void> {
    const stale = await this.coherence.checkNotes(new AbortController().signal);
    if (stale.length > 0) await this.recorder.record(...stale);
  }

  /** Interrupts the running turn, which can be continued later, and closes the log once everything is durable. */
  async dispose(): Promise<void> {
    this.closing = true;
    await this.halt();
    await this.parts.log.close();
  }

  private async turn(begin: (turn: number, signal: AbortSignal) => Promise<void>): Promise<TurnEnd> {
    if (this.running) throw new Error('A turn is running; the surfaces offer Stop, not Send.');
    const abort = new AbortController();
    const done = this.runTurn(begin, abort.signal).finally(() => {
      this.running = undefined;
    });
    this.running = { abort, done };
    return done;
  }

  private async runTurn(
    begin: (turn: number, signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<TurnEnd> {
    const turn = this.state.turn + 1;
    try {
      // Calls may be open still when the journal failed in the turn before.
      await this.runner.executor.closeOpenCalls(turn, NO_RESULT);
      await this.recorder.record({ type: 'turn.started', turn });
      await begin(turn, signal);
      const end = await this.runner.chain(turn, signal);
      return await this.endTurn(turn, end.reason, end.message);
    } catch (error) {
      if (signal.aborted) return this.endTurn(turn, 'cancelled');
      return this.endTurn(turn, 'error', describeError(error), errorKind(error));
    }
  }

  private async endTurn(turn: number, end: TurnEnd, message?: string, errorKind?: string): Promise<TurnEnd> {
    // Who closes the window has not withdrawn the question: it can be continued.
    const reason = this.closing && end === 'cancelled' ? 'interrupted' : end;
    const details = {
      ...(message === undefined ? {} : { message }),
      ...(errorKind === undefined ? {} : { errorKind }),
    };
    try {
      await this.runner.executor.closeOpenCalls(turn, NO_RESULT);
      await this.recorder.record({ type: 'turn.ended', turn, reason, ...details });
    } catch (error) {
      // The journal itself fails (disk full): the person is told, the log stays as it was.
      const failure = { message: describeError(error), errorKind: 'JournalError' };
      this.output.emit({ type: 'turnEnded', turn, reason: 'error', ...failure });
    }
    this.output.emit({ type: 'gauge', gauge: this.gauge() });
    return reason;
  }

  private publish(event: SessionEvent): void {
    const { archival } = this.parts;
    for (const output of outputOf(event)) {
      this.shown.push(output);
      this.output.emit(output);
    }
    if (event.type.startsWith('note.')) this.showMemory();
    const content = this.state.context.entries.at(-1)?.message.content ?? '';
    const message = recallMessageOf(this.session, event, content);
    const note = archivalNoteOf(this.session, event);
    // A turn never waits for the derived tables, and what they miss is fed again when the disk is back.
    if (message) this.feeder.feed(message);
    if (note) archival.insertNotes([note]).catch(() => undefined);
  }

  private notesEvent(): OutputEvent {
    return { type: 'notes', notes: this.notes.list(), ...this.notes.usage() };
  }
}

function errorKind(error: unknown): string {
  if (isModelError(error)) return error.kind;
  return error instanceof Error ? error.name : 'unknown';
}

/**
 * A process of the assistant: one main context, one session log, one turn at a time. What the person can do to it, and
 * what the surfaces see of it, is here; when a turn runs is in Scheduler, the turn itself in TurnRunner.
 */

import type { AgentParts } from './AgentParts';
import { Anticipation } from './Anticipation';
import { AttachmentDelivery } from './AttachmentDelivery';
import { messageAddress } from './addresses';
import { askIfProtected } from './askIfProtected';
import type { Attachment, AttachmentDraft, AttachmentWeight } from './attachments';
import type { Choices } from './ChatChoices';
import { CoherenceChecker } from './CoherenceChecker';
import type { Checkpoints } from './changes/Checkpoints';
import { handOver } from './changes/handOver';
import type { Review } from './changes/Review';
import { WorkspaceChanges } from './changes/WorkspaceChanges';
import { EventDelivery } from './EventDelivery';
import type { EditWatch } from './editWatch';
import { describeError, errorKind } from './errors';
import type { Note, SessionEvent, SessionEventBody, TurnEnd } from './events';
import { FoundPlaces } from './FoundPlaces';
import { filePageOf, rawRange, splitLines } from './filePages';
import { ModelInUse, type ModelSource } from './ModelInUse';
import { type MemoryGauge, OutputBuffer, type OutputEvent } from './OutputBuffer';
import type { OutsideEvent } from './ports';
import { ProcessTable } from './processes/ProcessTable';
import { QueueManager } from './QueueManager';
import { RecallFeeder } from './RecallFeeder';
import { RulesKeeper } from './RulesKeeper';
import { archivalNoteOf, recallBlobOf, recallMessageOf } from './recallFeed';
import { createReplacementPolicy } from './replacement/createReplacementPolicy';
import { Scheduler } from './Scheduler';
import { SessionNotes } from './SessionNotes';
import { SessionPlan } from './SessionPlan';
import { type SessionListener, SessionRecorder } from './SessionRecorder';
import { SessionState } from './SessionState';
import { SessionView } from './SessionView';
import { StoredPages } from './StoredPages';
import { systemInstructions } from './systemInstructions';
import { TurnRunner } from './TurnRunner';
import { type NoWindowChange, type WindowChange, type WindowRequest, WindowRequests } from './WindowRequests';

export class AgentProcess {
  readonly output = new OutputBuffer();
  /** The person's own changes to the notes; they reach the model on its next step. */
  readonly notes: SessionNotes;
  /** The model's changes of files that wait for the person. */
  readonly review: Review;
  /** Back to before a turn changed files. */
  readonly checkpoints: Checkpoints;
  /** The person's own changes to the plan, likewise. */
  readonly plan: SessionPlan;

  private readonly state: SessionState;
  private readonly recorder: SessionRecorder;
  private readonly coherence: CoherenceChecker;
  private readonly rules: RulesKeeper;
  private readonly model: ModelInUse;
  private readonly queue: QueueManager;
  private readonly runner: TurnRunner;
  private readonly processes: ProcessTable;
  private readonly scheduler: Scheduler;
  private readonly attachments: AttachmentDelivery;
  private readonly feeder: RecallFeeder;
  private readonly changes: WorkspaceChanges;
  private readonly view: SessionView;
  private readonly subscriptions: (() => void)[] = [];
  /** Without it nothing is told of what edits lead to. */
  private readonly edits: EditWatch | undefined;

  private constructor(
    private readonly parts: AgentParts,
    source: ModelSource,
  ) {
    const { log, blobs, counter, hash, clock, functions } = parts;
    const replacement = createReplacementPolicy(parts.settings().policy.replacement);
    this.state = new SessionState(log.sessionId, blobs, counter, () => this.notesLimit(), replacement);
    this.model = new ModelInUse(source, this.state, parts.settings);
    this.recorder = new SessionRecorder(log, this.state, clock, (own) => this.model.occupancy(own));
    this.notes = new SessionNotes('person', this.recorder, counter, hash, clock);
    this.changes = new WorkspaceChanges(parts, this.recorder, () => this.output.emit({ type: 'changes' }));
    const { state, recorder, output, model, notes } = this;
    const { settings } = parts;
    this.view = new SessionView({ state, notes, model, output, settings });
    this.review = this.changes.review;
    this.checkpoints = this.changes.checkpoints;
    this.plan = new SessionPlan('person', this.recorder, counter);
    this.coherence = new CoherenceChecker({ ...parts, recorder: this.recorder });
    this.rules = new RulesKeeper({ ...parts, recorder: this.recorder });
    this.queue = new QueueManager({
      files: parts.files,
      state: this.state,
      recorder: this.recorder,
      blobs,
      hash,
      counter,
      clock,
      instructions: systemInstructions(parts.folders),
      rules: this.rules,
      schemas: functions.map((fn) => fn.schema),
      ...(parts.summaryModel ? { summaryModel: parts.summaryModel } : {}),
      settings: parts.settings,
    });
    this.processes = new ProcessTable({
      agent: parts,
      recorder: this.recorder,
      output: this.output,
      notes: new SessionNotes('model', this.recorder, counter, hash, clock),
      model: source,
      asked: () => this.model.asked,
      changes: this.changes.door,
      open: AgentProcess.open,
    });
    const { coherence, rules, queue } = this;
    this.edits = parts.watchEdits?.((event) => this.post(event));
    const found = new FoundPlaces(parts.archival);
    const delivery = new EventDelivery({ ...parts, recorder, coherence, rules });
    this.attachments = new AttachmentDelivery({
      ...parts,
      found,
      state,
      recorder,
      limit: (count, budget) => queue.admissionLimit(count, budget),
    });
    const requests = new WindowRequests(recorder, queue);
    const runner = new TurnRunner({
      agent: parts,
      found,
      state,
      recorder,
      queue,
      model,
      delivery,
      attachments: this.attachments,
      anticipation: new Anticipation({ ...parts, archival: found }, recorder),
      requests,
      output,
      processes: this.processes,
      changes: this.changes.door,
      ...(this.edits ? { edits: this.edits } : {}),
    });
    this.runner = runner;
    this.scheduler = new Scheduler({ recorder, runner, model, requests, output });
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
    const { state, recorder, view } = process;
    const { prices } = parts.settings();
    let events = 0;
    await state.restore(parts.log.read(), (event) => {
      events++;
      view.restore(event, prices);
    });
    if (events === 0) {
      await recorder.record(
        { type: 'session.started', workspace: parts.folders },
        ...notes.map((note): SessionEventBody => ({ type: 'note.pinned', note })),
      );
    } else {
      await process.scheduler.recover();
      await process.processes.recover();
      await process.changes.door.recover();
    }
    await process.rules.refresh(new AbortController().signal);
    for (const source of parts.sources ?? [])
      process.subscriptions.push(source.subscribe((event) => process.post(event)));
    return process;
  }

  get session(): string {
    return this.state.session;
  }

  get busy(): boolean {
    return this.scheduler.busy;
  }

  /** What the person has chosen for this chat. */
  get choices(): Choices {
    return this.state.choices.now;
  }

  /** Every durable event from now on, as the paging log shows it. @returns a function that stops listening */
  onEvent(listener: SessionListener): () => void {
    return this.recorder.subscribe(listener);
  }

  /** What the person has seen of late, and the state of memory: enough to draw the conversation anew. */
  transcript(): readonly OutputEvent[] {
    return this.view.transcript(this.runner);
  }

  gauge(): MemoryGauge {
    return this.model.gauge();
  }

  /** What the window holds and how the memory has fared, as plain text. */
  memoryReport(): string {
    return this.view.memoryReport();
  }

  /**
   * Asks the model for its window, so that the gauge is right before the first turn; later steps ask anyway.
   * @throws ModelError
   */
  async prepare(signal: AbortSignal): Promise<void> {
    await this.model.prepare(signal);
    this.showMemory();
  }

  /** Draws notes and gauge anew, after a change of the settings. */
  showMemory(): void {
    this.view.showMemory();
  }

  /**
   * Sends a message of the person's: an idle process starts a turn, a running one takes it at its next step. Resolves with
   * the end of the turn that took it. Never throws: errors end the turn and are shown.
   * @param drafts what the model is shown after it, as far as it fits; durable with the message
   */
  async submit(text: string, drafts: readonly AttachmentDraft[] = []): Promise<TurnEnd> {
    try {
      const attachments = await this.attachments.store(drafts);
      return await this.scheduler.postAndWait({ kind: 'userMessage', text, attachments });
    } catch (error) {
      const message = describeError(error);
      if (this.busy) this.output.emit({ type: 'messageRefused', text, message });
      else {
        const failure = { message, errorKind: errorKind(error) };
        this.output.emit({ type: 'messageRefused', text });
        this.output.emit({ type: 'turnEnded', turn: this.state.turn, reason: 'error', ...failure });
      }
      return 'error';
    }
  }

  /** What attachments would cost if they were sent together now; an Error for what cannot be attached. */
  weigh(
    drafts: readonly AttachmentDraft[],
    signal: AbortSignal,
  ): Promise<readonly (AttachmentWeight | Error)[]> {
    return this.attachments.weigh(drafts, this.model.budget ?? this.model.assumedBudget(), signal);
  }

  /** What was attached to a message, to be attached to another: texts as they were then. @throws JournalError */
  draftsOf(attachments: readonly Attachment[]): Promise<readonly AttachmentDraft[]> {
    const { blobs } = this.parts;
    return Promise.all(
      attachments.map(async (attachment) => {
        if (attachment.kind === 'file') return attachment;
        const { kind, label, text } = attachment;
        return { kind, label, text: await blobs.get(text) };
      }),
    );
  }

  /** Goes on after an interrupted turn or the call limit. @throws JournalError */
  resumeTurn(): Promise<TurnEnd> {
    const text = 'The person asks you to go on where you stopped.';
    return this.scheduler.postAndWait({ kind: 'resumed', text });
  }

  /** Names the chat; an empty name takes the name away. @throws JournalError */
  async rename(name: string): Promise<void> {
    await this.recorder.record({ type: 'session.renamed', name });
  }

  /** Records what the person chooses for this chat; what is missing stays as it is. @throws JournalError */
  async choose(choices: Choices): Promise<void> {
    const bodies = this.state.choices.changes(choices);
    if (bodies.length > 0) await this.recorder.record(...bodies);
  }

  /** Tells the process of an outside event. Resolves once it is durable. @throws JournalError */
  post(event: OutsideEvent): Promise<void> {
    return this.scheduler.post(event);
  }

  /** Cancels the running turn; what was streamed so far is kept, and messages sent meanwhile start the next. */
  stop(): void {
    this.scheduler.stop();
  }

  /** Ends one call of the running turn, which goes on. */
  stopCall(callId: string): void {
    this.runner.executor.stopCall(callId);
  }

  /** As `stop`, but messages sent meanwhile go on waiting. Resolves when the process is idle and all of it is durable. */
  async halt(): Promise<void> {
    await this.scheduler.halt();
    await this.recorder.settled();
  }

  /** After `halt`: goes on with what waits. */
  goOn(): void {
    this.scheduler.goOn();
  }

  /**
   * Compacts the window (summarises, and evicts what is not in use) or resets it (everything but notes and summary leaves).
   * A running turn does it before its next step. Nothing on disk is lost.
   * @returns what was done, or why nothing was
   * @throws ModelError | WindowTooSmallError | JournalError
   */
  changeWindow(request: WindowRequest, signal: AbortSignal): Promise<WindowChange | NoWindowChange> {
    return this.scheduler.changeWindow(request, signal);
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

  /**
   * The person takes text of an answer over into a file: it waits for review, in every mode.
   * Of a file that editors and agents obey they are shown first what would change.
   * @param before the text now; undefined creates the file
   * @returns whether it was written
   * @throws EditConflictError when the file is another by now | OutsideWorkspaceError | UnreadableFileError | JournalError
   */
  async takeOver(written: string, before: string | undefined, after: string): Promise<boolean> {
    const { diff, files } = this.parts;
    const path = files.canonical(written);
    const shown = () => diff(before ?? '', after);
    const { signal } = new AbortController();
    const approval = await askIfProtected(this.parts, path, before === undefined, shown, signal);
    if (approval && !approval.allowed) return false;
    const change = { kind: 'write', path, after } as const;
    await this.changes.door.make(before === undefined ? change : { ...change, before }, [], true);
    await this.filesChanged();
    return true;
  }

  /** The exact text an address names. @throws UnknownAddressError */
  stored(address: string): Promise<string> {
    return new StoredPages(this.state, this.parts.blobs, this.parts.history).contentOf(address);
  }

  /** Files of the workspace have changed: rules, pages and pinned notes taken from them are checked at once. */
  async filesChanged(): Promise<void> {
    this.changes.filesChanged();
    await this.rules.refresh(new AbortController().signal);
    await this.coherence.refresh(new AbortController().signal);
  }

  /** Interrupts the running turn, which can be continued later, and closes the log once everything is durable. */
  async dispose(): Promise<void> {
    await this.rest();
    await this.parts.log.close();
  }

  /**
   * As `dispose`, when another session is shown in place of this one: what waits for the person waits there from then on.
   * @param through the last event that `next` inherits, where it branched off from this session
   * @throws JournalError; closed all the same
   */
  async leaveTo(next: AgentProcess, through?: number): Promise<void> {
    try {
      await this.rest();
      await handOver(this.recorder, next.recorder, through);
    } finally {
      await this.parts.log.close();
    }
  }

  private async rest(): Promise<void> {
    for (const unsubscribe of this.subscriptions) unsubscribe();
    this.edits?.dispose();
    await this.scheduler.close();
    await this.changes.door.settled();
    await this.recorder.settled();
  }

  /** Own tokens the pinned notes may take: by the setting, and by the window once it is known. */
  private notesLimit(): number {
    const { notesTokenLimit } = this.parts.settings();
    const { budget } = this.model;
    return budget ? Math.min(notesTokenLimit, this.queue.notesRoom(budget)) : notesTokenLimit;
  }

  private publish(event: SessionEvent): void {
    const { archival } = this.parts;
    if (event.type === 'file.edited') this.edits?.edited(event.path);
    this.view.publish(event);
    this.changes.take(event);
    const note = archivalNoteOf(this.session, event);
    // A turn never waits for the derived tables, and what they miss is fed again when the disk is back.
    void this.feed(event);
    if (note) archival.insertNotes([note]).catch(() => undefined);
  }

  private async feed(event: SessionEvent): Promise<void> {
    // A result has just come into the window.
    const blob = event.type === 'function.result' ? undefined : recallBlobOf(event);
    const shown = this.state.context.entries.at(-1)?.message.content ?? '';
    const kept = blob === undefined ? shown : await this.parts.blobs.get(blob).catch(() => undefined);
    const message = kept === undefined ? undefined : recallMessageOf(this.session, event, kept);
    if (message) this.feeder.feed(message);
  }
}

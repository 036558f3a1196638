/**
 * A process of the assistant: one main context, one session log, one turn at a time. What the person can do to it, and
 * what the surfaces see of it, is here; when a turn runs is in Scheduler, the turn itself in TurnRunner.
 */

import type { AgentParts } from './AgentParts';
import type { AttachmentDelivery } from './AttachmentDelivery';
import { messageAddress } from './addresses';
import { askIfProtected } from './askIfProtected';
import type { Attachment, AttachmentDraft, AttachmentWeight } from './attachments';
import type { Choices } from './ChatChoices';
import type { CoherenceChecker } from './CoherenceChecker';
import type { Checkpoints } from './changes/Checkpoints';
import { handOver } from './changes/handOver';
import type { Review } from './changes/Review';
import type { WorkspaceChanges } from './changes/WorkspaceChanges';
import type { DerivedFeed } from './DerivedFeed';
import type { EditWatch } from './editWatch';
import { describeError, errorKind } from './errors';
import type { Note, SessionEvent, SessionEventBody, TurnEnd } from './events';
import { filePageOf, rawRange, splitLines } from './filePages';
import type { ModelInUse, ModelSource } from './ModelInUse';
import type { MemoryGauge, OutputBuffer, OutputEvent } from './OutputBuffer';
import type { OutsideEvent } from './ports';
import type { ProcessTable } from './processes/ProcessTable';
import type { RulesKeeper } from './RulesKeeper';
import type { Scheduler } from './Scheduler';
import type { SessionNotes } from './SessionNotes';
import type { SessionPlan } from './SessionPlan';
import type { SessionListener, SessionRecorder } from './SessionRecorder';
import type { SessionState } from './SessionState';
import type { SessionView } from './SessionView';
import { StoredPages } from './StoredPages';
import type { TurnRunner } from './TurnRunner';
import type { NoWindowChange, WindowChange, WindowRequest } from './WindowRequests';
import { wireProcess } from './wireProcess';

export class AgentProcess {
  readonly output: OutputBuffer;
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
  private readonly runner: TurnRunner;
  private readonly processes: ProcessTable;
  private readonly scheduler: Scheduler;
  private readonly attachments: AttachmentDelivery;
  private readonly feed: DerivedFeed;
  private readonly changes: WorkspaceChanges;
  private readonly view: SessionView;
  private readonly subscriptions: (() => void)[] = [];
  /** Without it nothing is told of what edits lead to. */
  private readonly edits: EditWatch | undefined;

  private constructor(
    private readonly parts: AgentParts,
    source: ModelSource,
  ) {
    ({
      output: this.output,
      notes: this.notes,
      review: this.review,
      checkpoints: this.checkpoints,
      plan: this.plan,
      state: this.state,
      recorder: this.recorder,
      coherence: this.coherence,
      rules: this.rules,
      model: this.model,
      runner: this.runner,
      processes: this.processes,
      scheduler: this.scheduler,
      attachments: this.attachments,
      feed: this.feed,
      changes: this.changes,
      view: this.view,
      edits: this.edits,
    } = wireProcess(parts, source, { post: (event) => this.post(event), open: AgentProcess.open }));
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

  private publish(event: SessionEvent): void {
    if (event.type === 'file.edited') this.edits?.edited(event.path);
    this.view.publish(event);
    this.changes.take(event);
    this.feed.take(event);
  }
}

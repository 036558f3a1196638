/** The conversation the views show: one live session at a time, resumed from its log, replaced by New Chat. */
import { randomBytes } from 'node:crypto';
import { type Disposable, EventEmitter } from 'vscode';
import type { AgentParts } from '../engine/AgentParts';
import type { AgentProcess } from '../engine/AgentProcess';
import type { AttachmentDraft } from '../engine/attachments';
import type { Choices } from '../engine/ChatChoices';
import { describeError, errorKind, HeldElsewhereError, UnknownAddressError } from '../engine/errors';
import type { Note, SessionEvent } from '../engine/events';
import { type ForkPoint, forkPoint, rewindPoint, type TakenBack } from '../engine/forkPoint';
import type { AgentMode } from '../engine/modes';
import type { OutputEvent } from '../engine/OutputBuffer';
import type { Opener } from '../engine/opener';
import type { OutsideEvent, SessionHistory, SessionLog } from '../engine/ports';
import type { NoWindowChange, WindowChange, WindowRequest } from '../engine/WindowRequests';
import { WorkingContext } from '../engine/WorkingContext';
import type { PlanView } from '../webview/protocol';
import type { ChatModels, ModelledChat } from './chatModels';
import type { Conversation } from './conversation';
import type { Openers } from './openers';
import type { AbandonedEdits } from './review/abandonedEdits';
import type { ShownSessions } from './shownSessions';
import { attachedAgain, type TakenBackMessage } from './takenBack';

export interface ChatSessionsParts {
  /** Opens a session: the engine is loaded then. @throws JournalError */
  readonly open: typeof AgentProcess.open;
  /** Everything of a process but its log. @throws JournalError */
  readonly agent: () => Promise<Omit<AgentParts, 'log'>>;
  /** @throws HeldElsewhereError | JournalError */
  readonly openLog: (session: string) => Promise<SessionLog>;
  readonly history: SessionHistory;
  /** Ids of all sessions that are chats, last changed first. */
  readonly chats: () => Promise<readonly string[]>;
  readonly shown: ShownSessions;
  readonly models: Pick<ChatModels, 'current' | 'describe' | 'forget'>;
  /** The mode of chats for which none was chosen. */
  readonly mode: () => AgentMode;
  readonly openers: Openers;
  /** What is sent with a message for what it mentions. Never throws. */
  readonly attachmentsOf: (text: string) => Promise<readonly AttachmentDraft[]>;
  /** What is to become of files that were edited after the place from which a chat goes on; undefined: it does not. */
  readonly abandonedEdits: (edits: AbandonedEdits) => Promise<'putBack' | 'keep' | undefined>;
  readonly onEvent: (event: SessionEvent) => void;
  /** The last session could not be opened; a new one is begun. */
  readonly onTrouble: (message: string) => void;
  readonly onBusy: (busy: boolean) => void;
}

type Lineage = () => AsyncIterable<SessionEvent>;
type BranchPoint = ForkPoint & { readonly takenBack?: TakenBack };

/** Files stay as they are, or go back to a checkpoint. */
type FilesChoice = 'keep' | { readonly checkpoint: number; readonly force: boolean };

interface BranchOptions {
  /** Answers the new session; default: as this one. */
  readonly model?: string;
  /** What becomes of edited files; default: the person is asked. */
  readonly files?: 'keep';
  /** Whether the message that the new session lacks goes back into the input; default: yes. */
  readonly takesBack?: boolean;
}

/** How long an endpoint may take to tell its window before the first turn. */
const PREPARE_MS = 5000;

export class ChatSessions implements Conversation, Disposable {
  private readonly output = new EventEmitter<OutputEvent>();
  private readonly resets = new EventEmitter<void>();
  private readonly modelChanges = new EventEmitter<void>();
  private readonly modeChanges = new EventEmitter<void>();
  private agent: AgentProcess | undefined;
  private opening: Promise<AgentProcess> | undefined;
  private unsubscribe: (() => void) | undefined;
  /** One session takes the place of another at a time. */
  private replacing: Promise<unknown> = Promise.resolve();
  private attaching: Promise<unknown> = Promise.resolve();
  private takenBack: string | undefined;
  /** Sent again by the person, perhaps otherwise. */
  private again: TakenBackMessage | undefined;
  private revealed: number | undefined;
  private disposed = false;

  readonly onOutput = this.output.event;
  readonly onReset = this.resets.event;
  readonly onModelChanged = this.modelChanges.event;
  /** The mode of the chat that is shown is another, or another chat is shown. */
  readonly onModeChanged = this.modeChanges.event;

  constructor(private readonly parts: ChatSessionsParts) {}

  get session(): string {
    return this.agent?.session ?? '';
  }

  get modelLabel(): string {
    return this.parts.models.describe(this.modelled(this.agent)).label;
  }

  get modelIsOffline(): boolean {
    return this.parts.models.describe(this.modelled(this.agent)).offline;
  }

  /** Of the chat that is shown. */
  get mode(): AgentMode {
    return this.modelled(this.agent).mode;
  }

  transcript(): readonly OutputEvent[] {
    return this.agent?.transcript() ?? [];
  }

  /** The live session, opened on first use; the next one when another is about to be shown. @throws JournalError */
  async current(): Promise<AgentProcess> {
    await this.replacing;
    return this.live();
  }

  submit(text: string): Promise<void> {
    return this.send(text, () => this.parts.attachmentsOf(text));
  }

  private async send(text: string, mentioned: () => Promise<readonly AttachmentDraft[]>): Promise<void> {
    try {
      // Messages are recorded in the order in which they were sent, however long what they mention takes.
      const attached = this.attaching.then(mentioned);
      const sent = attached.then(async (drafts) => ({ drafts, agent: await this.current() }));
      this.attaching = sent.catch(() => undefined);
      const { agent, drafts } = await sent;
      const { again } = this;
      this.again = undefined;
      const isAgain = again?.session === agent.session;
      await agent.submit(text, isAgain ? attachedAgain(again, text, drafts) : drafts);
    } catch (error) {
      // The session could not be opened: what the person wrote is theirs again.
      this.output.fire({ type: 'messageRefused', text });
      this.failTurn(error);
    }
  }

  async resumeTurn(): Promise<void> {
    try {
      const agent = await this.current();
      if (!agent.busy) await agent.resumeTurn();
    } catch (error) {
      this.failTurn(error);
    }
  }

  stop(): void {
    this.agent?.stop();
  }

  stopCall(callId: string): void {
    this.agent?.stopCall(callId);
  }

  /** As `AgentProcess.changeWindow`. */
  async changeWindow(request: WindowRequest, signal: AbortSignal): Promise<WindowChange | NoWindowChange> {
    return (await this.current()).changeWindow(request, signal);
  }

  /** The notes go along: working context belongs to the workspace, not to one chat. */
  newChat(): Promise<void> {
    return this.replace(async (before) => {
      await this.begin(before.notes.list());
      return undefined;
    });
  }

  /** Shows a session of the history. @throws HeldElsewhereError | JournalError */
  show(session: string): Promise<void> {
    return this.replace(async (before) => {
      if (before.session !== session) this.greet(await this.open(await this.parts.openLog(session), []));
      return undefined;
    });
  }

  async fork(seq: number): Promise<void> {
    await this.branch((session, lineage) => forkPoint(session, lineage(), seq));
  }

  async rewind(seq: number, files?: 'keep'): Promise<void> {
    const pointOf = (session: string, lineage: Lineage) => rewindPoint(session, lineage, seq);
    await this.branch(pointOf, files ? { files } : {});
  }

  /**
   * Puts files back as they were at a checkpoint. A turn that runs is stopped first: it would go on from files that are
   * no longer there.
   * @param force also those that the person has changed since
   * @param message what the conversation is taken back to as well; undefined: it stays
   * @throws as `Checkpoints.restore` and `rewind`; when the files were not put back, the conversation stays
   */
  async restore(seq: number, force: boolean, message?: number): Promise<void> {
    const agent = await this.current();
    await agent.halt();
    try {
      await agent.checkpoints.restore(seq, { force });
      if (message !== undefined) await this.rewind(message, 'keep');
    } finally {
      agent.goOn();
    }
  }

  async retry(model?: string): Promise<void> {
    const { session } = await this.current();
    const asked = this.transcript().findLast((event) => event.type === 'userMessage');
    if (!asked) throw new UnknownAddressError('Nothing was asked in this chat yet.', 'Ask something first.');
    const pointOf = (shown: string, lineage: Lineage) => rewindPoint(shown, lineage, asked.seq);
    const again = await this.branch(pointOf, { takesBack: false, ...(model === undefined ? {} : { model }) });
    // Its own replacement has taken place: what is sent now goes to the new session.
    if (again && this.session !== session) void this.send(again.text, async () => again.drafts);
  }

  /** From the next step on another model answers this chat. @param model as in the settings */
  async chooseModel(model: string): Promise<void> {
    await (await this.current()).choose({ model });
    this.answererChanged();
  }

  /** From the next call on this chat works in that mode. @throws JournalError */
  async chooseMode(mode: AgentMode): Promise<void> {
    await (await this.current()).choose({ mode });
    this.modeChosen();
  }

  /** A plan is to be made, and nothing changed until it is carried out. @throws JournalError */
  async beginPlan(): Promise<void> {
    const agent = await this.current();
    const { mode } = this.modelled(agent);
    const { modeAfterPlan } = agent.choices;
    const after = mode === 'ask' ? modeAfterPlan : mode;
    await agent.choose({ mode: 'ask', ...(after === undefined ? {} : { modeAfterPlan: after }) });
    this.modeChosen();
  }

  /** Ends the mode that only reads: with the mode in which the plan was asked for. @throws JournalError */
  async carryOutPlan(): Promise<void> {
    const agent = await this.current();
    if (this.modelled(agent).mode === 'ask') await this.chooseMode(agent.choices.modeAfterPlan ?? 'edit');
  }

  /** A deleted session is not to be opened again. */
  async forget(session: string): Promise<void> {
    await this.parts.shown.forget(session);
  }

  /** Shows a message of a session. @throws HeldElsewhereError | JournalError */
  async reveal(session: string, seq: number): Promise<void> {
    await this.show(session);
    this.revealed = seq;
    this.resets.fire();
  }

  takeReveal(): number | undefined {
    const seq = this.revealed;
    this.revealed = undefined;
    return seq;
  }

  takeBack(): string | undefined {
    const text = this.takenBack;
    this.takenBack = undefined;
    return text;
  }

  async pinMessage(seq: number): Promise<void> {
    await (await this.current()).pinMessage(seq);
  }

  async stored(address: string): Promise<string> {
    return (await this.current()).stored(address);
  }

  async opener(): Promise<Opener | undefined> {
    return this.parts.openers.card((await this.current()).session);
  }

  async dismissOpener(): Promise<void> {
    await this.parts.openers.dismiss(this.session);
  }

  readonly plan = {
    now: (): PlanView => {
      const event = this.transcript().findLast((one) => one.type === 'plan');
      return { items: event?.items ?? [], revision: event?.revision ?? 0 };
    },
    change: async ({ items, revision }: PlanView): Promise<void> => {
      await (await this.current()).plan.update(items, revision);
    },
  };

  readonly notes = {
    pin: async (text: string, source?: string): Promise<void> => {
      await (await this.current()).notes.pin(text, source);
    },
    edit: async (id: string, text: string): Promise<void> => {
      await (await this.current()).notes.edit(id, text);
    },
    unpin: async (id: string): Promise<void> => {
      await (await this.current()).notes.unpin(id);
    },
  };

  /** The settings name another model, or another key or window for it. */
  modelChanged(): void {
    this.parts.models.forget();
    this.answererChanged();
  }

  /** The settings name another mode for chats for which none was chosen. */
  modeChanged(): void {
    this.modeChosen();
  }

  /** The settings name other limits of the notes or of the window. */
  limitsChanged(): void {
    this.agent?.showMemory();
  }

  /** Tells the session of an outside event. @returns false: another one is shown. @throws JournalError */
  async post(session: string, event: OutsideEvent): Promise<boolean> {
    if (this.agent?.session !== session) return false;
    await this.agent.post(event);
    return true;
  }

  /** Files of the workspace have changed. */
  async filesChanged(): Promise<void> {
    await this.agent?.filesChanged();
  }

  /** Interrupts the running turn and closes the session, and one that is being left, once all of it is durable. */
  async close(): Promise<void> {
    this.disposed = true;
    await Promise.all([this.agent?.dispose(), this.replacing]);
  }

  dispose(): void {
    for (const emitter of [this.output, this.resets, this.modelChanges, this.modeChanges]) emitter.dispose();
  }

  private live(): Promise<AgentProcess> {
    if (this.agent) return Promise.resolve(this.agent);
    this.opening ??= this.resume().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  private failTurn(error: unknown): void {
    const message = describeError(error);
    this.output.fire({ type: 'turnEnded', turn: 0, reason: 'error', message, errorKind: errorKind(error) });
  }

  /** The gauge before the first turn. A model that cannot be reached now says so when it is asked something. */
  private prepare(agent: AgentProcess): void {
    agent.prepare(AbortSignal.timeout(PREPARE_MS)).catch(() => undefined);
  }

  /** The session this workspace showed last; with several windows, the first that no other window shows. */
  private async resume(): Promise<AgentProcess> {
    const shown = this.parts.shown.list();
    const candidates = shown.length > 0 ? shown : (await this.parts.chats()).slice(0, 1);
    for (const session of candidates) {
      try {
        const agent = await this.open(await this.parts.openLog(session), []);
        this.greet(agent);
        return agent;
      } catch (error) {
        if (error instanceof HeldElsewhereError) continue;
        // Damaged: it stays as it is, and a new chat begins with its notes.
        this.parts.onTrouble(describeError(error));
        return this.begin(await this.notesOf(session));
      }
    }
    const [last] = candidates;
    return this.begin(last === undefined ? [] : await this.notesOf(last));
  }

  private async notesOf(session: string): Promise<readonly Note[]> {
    const notes = new WorkingContext(() => Number.POSITIVE_INFINITY);
    try {
      for await (const event of this.parts.history.lineage(session)) notes.apply(event, 0);
    } catch {
      // What was read of them goes along.
    }
    return notes.list();
  }

  private async begin(notes: readonly Note[]): Promise<AgentProcess> {
    const agent = await this.open(await this.parts.openLog(newSessionId()), notes);
    this.greet(agent);
    return agent;
  }

  /** Has the model begin the conversation, where the person wants that; a question that waits for Continue comes first. */
  private greet(agent: AgentProcess): void {
    const last = agent.transcript().findLast((event) => event.type === 'turnEnded');
    if (last?.reason === 'interrupted') return;
    const greeting = async () => {
      const text = await this.parts.openers.message(agent.session);
      if (text !== undefined && this.agent === agent && !agent.busy)
        await agent.post({ kind: 'opener', text });
    };
    // A chat without a greeting is a chat all the same.
    greeting().catch(() => undefined);
  }

  /**
   * Goes on from a point of the session shown, in a new one; the old one stays as it is.
   * @returns the message that the new one lacks
   */
  private async branch(
    pointOf: (session: string, lineage: Lineage) => Promise<BranchPoint>,
    { model, files, takesBack = true }: BranchOptions = {},
  ): Promise<TakenBackMessage | undefined> {
    const asked = await this.current();
    const choice = files ?? (await this.choose(asked, pointOf));
    if (choice === undefined) return undefined;
    let taken: TakenBackMessage | undefined;
    await this.replace(async (before) => {
      // Another chat was opened meanwhile.
      if (before !== asked) return undefined;
      // A call that still runs has no result to take along.
      await before.halt();
      const { session } = before;
      try {
        const point = await pointOf(session, () => this.parts.history.lineage(session));
        const { from, through, takenBack } = point;
        if (choice !== 'keep') await before.checkpoints.restore(choice.checkpoint, { force: choice.force });
        const { forkLog } = await this.parts.agent();
        const fork = newSessionId();
        if (takenBack) {
          const drafts = await before.draftsOf(takenBack.attachments);
          taken = { session: fork, text: takenBack.text, drafts };
        }
        const log = await forkLog(fork, { from, through, kind: 'session' });
        // What was chosen after that point goes along too.
        const choices = { ...before.choices, ...(model === undefined ? {} : { model }) };
        await this.open(log, [], takesBack ? taken : undefined, choices);
        return through;
      } catch (error) {
        before.goOn();
        throw error;
      }
    });
    return taken;
  }

  /** @returns undefined when the chat is not to go on from there */
  private async choose(
    agent: AgentProcess,
    pointOf: (session: string, lineage: Lineage) => Promise<BranchPoint>,
  ): Promise<FilesChoice | undefined> {
    const { session, checkpoints } = agent;
    await agent.halt();
    try {
      const { through } = await pointOf(session, () => this.parts.history.lineage(session));
      const seq = checkpoints.firstAfter(through);
      const checkpoint = (await checkpoints.list()).find((info) => info.seq === seq);
      if (!checkpoint) return 'keep';
      const preview = await checkpoints.preview(checkpoint.seq);
      if (preview.files.length + preview.moves.length === 0) return 'keep';
      const choice = await this.parts.abandonedEdits({ checkpoint, preview });
      if (choice === undefined) agent.goOn();
      const force = preview.files.some(({ editedSince }) => editedSince);
      return choice === 'putBack' ? { checkpoint: checkpoint.seq, force } : choice;
    } catch (error) {
      agent.goOn();
      throw error;
    }
  }

  /**
   * @param act opens the session that is shown from then on; when it fails, or opens none, the one before goes on.
   *   Resolves to the last event that it inherits of the one before
   */
  private replace(act: (before: AgentProcess) => Promise<number | undefined>): Promise<void> {
    const done = this.replacing.then(async () => {
      const before = await this.live();
      const through = await act(before);
      const { agent } = this;
      if (agent === before || !agent) return;
      try {
        await before.leaveTo(agent, through);
      } finally {
        await this.parts.shown.forget(before.session);
      }
    });
    this.replacing = done.catch(() => undefined);
    return done;
  }

  /** @param takenBack what the person wrote and the session no longer has */
  private async open(
    log: SessionLog,
    notes: readonly Note[],
    takenBack?: TakenBackMessage,
    choices: Choices = {},
  ): Promise<AgentProcess> {
    const agent = await this.start(log, notes, choices);
    if (this.disposed) {
      await agent.dispose();
      return agent;
    }
    // What the session before it still says is no longer shown.
    this.unsubscribe?.();
    this.unsubscribe = agent.output.subscribe((event) => {
      if (event.type === 'turnStarted' || event.type === 'turnEnded') {
        this.parts.onBusy(event.type === 'turnStarted');
      }
      if (event.type === 'turnStarted') this.keepMode(agent);
      this.output.fire(event);
    });
    this.parts.onBusy(agent.busy);
    agent.onEvent((event) => this.parts.onEvent(event));
    this.agent = agent;
    this.takenBack = takenBack?.text;
    this.again = takenBack;
    await this.parts.shown.remember(agent.session);
    this.resets.fire();
    this.modeChanges.fire();
    this.prepare(agent);
    return agent;
  }

  /** What the settings say later is the mode of other chats. */
  private keepMode(agent: AgentProcess): void {
    if (agent.choices.mode !== undefined) return;
    // Where it cannot be recorded, the turn fails of the same.
    agent.choose({ mode: this.parts.mode() }).catch(() => undefined);
  }

  private modelled(agent: AgentProcess | undefined): ModelledChat {
    const { model, mode } = agent?.choices ?? {};
    return { model, mode: mode ?? this.parts.mode() };
  }

  private modeChosen(): void {
    this.modeChanges.fire();
    // Modes may have models of their own.
    this.answererChanged();
  }

  private answererChanged(): void {
    this.modelChanges.fire();
    if (this.agent) this.prepare(this.agent);
  }

  private async start(log: SessionLog, notes: readonly Note[], choices: Choices): Promise<AgentProcess> {
    try {
      let agent: AgentProcess | undefined;
      const chat = () => this.modelled(agent);
      const { settings, ...others } = await this.parts.agent();
      const parts = { ...others, settings: () => ({ ...settings(), mode: chat().mode }), log };
      agent = await this.parts.open(parts, () => this.parts.models.current(chat()), notes);
      await agent.choose(choices);
      return agent;
    } catch (error) {
      // Else this process would hold a session that it does not show.
      await log.close();
      throw error;
    }
  }
}

/** @returns an id that no session has */
export function newSessionId(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  return `${day}-${randomBytes(3).toString('hex')}`;
}

/** The conversation that the views show: what the person does in it, whichever session it is. */
import { type Disposable, EventEmitter } from 'vscode';
import type { AgentProcess } from '../engine/AgentProcess';
import type { AttachmentDraft } from '../engine/attachments';
import { describeError, errorKind, UnknownAddressError } from '../engine/errors';
import { forkPoint, rewindPoint } from '../engine/forkPoint';
import type { AgentMode } from '../engine/modes';
import type { OutputEvent } from '../engine/OutputBuffer';
import type { Opener } from '../engine/opener';
import type { OutsideEvent } from '../engine/ports';
import type { NoWindowChange, WindowChange, WindowRequest } from '../engine/WindowRequests';
import type { PlanView } from '../webview/protocol';
import { ChatBranches, type ChatBranchesParts, type PointOf } from './ChatBranches';
import type { ChatModels } from './chatModels';
import type { Conversation } from './conversation';
import { LiveSession, type LiveSessionParts } from './LiveSession';
import { attachedAgain, type TakenBackMessage } from './takenBack';

export interface ChatSessionsParts extends LiveSessionParts, ChatBranchesParts {
  readonly models: Pick<ChatModels, 'current' | 'describe' | 'forget'>;
  /** What is sent with a message for what it mentions. Never throws. */
  readonly attachmentsOf: (text: string) => Promise<readonly AttachmentDraft[]>;
}

export class ChatSessions implements Conversation, Disposable {
  private readonly output = new EventEmitter<OutputEvent>();
  private readonly resets = new EventEmitter<void>();
  private readonly modelChanges = new EventEmitter<void>();
  private readonly modeChanges = new EventEmitter<void>();
  private attaching: Promise<unknown> = Promise.resolve();
  private takenBack: string | undefined;
  /** Sent again by the person, perhaps otherwise. */
  private again: TakenBackMessage | undefined;
  private revealed: number | undefined;
  private readonly live: LiveSession;
  private readonly branches: ChatBranches;

  readonly onOutput = this.output.event;
  readonly onReset = this.resets.event;
  readonly onModelChanged = this.modelChanges.event;
  /** The mode of the chat that is shown is another, or another chat is shown. */
  readonly onModeChanged = this.modeChanges.event;

  constructor(private readonly parts: ChatSessionsParts) {
    this.live = new LiveSession(parts, {
      onOutput: (event) => this.output.fire(event),
      onShown: (takenBack) => {
        this.takenBack = takenBack?.text;
        this.again = takenBack;
        this.resets.fire();
        this.modeChanges.fire();
      },
    });
    this.branches = new ChatBranches(this.live, parts);
  }

  get session(): string {
    return this.live.now?.session ?? '';
  }

  get modelLabel(): string {
    return this.parts.models.describe(this.live.chat).label;
  }

  get modelIsOffline(): boolean {
    return this.parts.models.describe(this.live.chat).offline;
  }

  /** Of the chat that is shown. */
  get mode(): AgentMode {
    return this.live.chat.mode;
  }

  transcript(): readonly OutputEvent[] {
    return this.live.now?.transcript() ?? [];
  }

  /** As `LiveSession.current`. @throws JournalError */
  current(): Promise<AgentProcess> {
    return this.live.current();
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
    this.live.now?.stop();
  }

  stopCall(callId: string): void {
    this.live.now?.stopCall(callId);
  }

  /** As `AgentProcess.changeWindow`. */
  async changeWindow(request: WindowRequest, signal: AbortSignal): Promise<WindowChange | NoWindowChange> {
    return (await this.current()).changeWindow(request, signal);
  }

  /** The notes go along: working context belongs to the workspace, not to one chat. */
  newChat(): Promise<void> {
    return this.live.replace(async (before) => {
      await this.live.begin(before.notes.list());
      return undefined;
    });
  }

  /** Shows a session of the history. @throws HeldElsewhereError | JournalError */
  show(session: string): Promise<void> {
    return this.live.replace(async (before) => {
      if (before.session !== session) await this.live.goOnWith(session);
      return undefined;
    });
  }

  async fork(seq: number): Promise<void> {
    await this.branches.branch((session, lineage) => forkPoint(session, lineage(), seq));
  }

  /** @param files default: what becomes of those edited since is asked */
  async rewind(seq: number, files?: 'keep'): Promise<void> {
    const pointOf: PointOf = (session, lineage) => rewindPoint(session, lineage, seq);
    await this.branches.branch(pointOf, files ? { files } : {});
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

  /** @param model the one that answers the new session, as in the settings; default: as this one */
  async retry(model?: string): Promise<void> {
    const { session } = await this.current();
    const asked = this.transcript().findLast((event) => event.type === 'userMessage');
    if (!asked) throw new UnknownAddressError('Nothing was asked in this chat yet.', 'Ask something first.');
    const pointOf: PointOf = (shown, lineage) => rewindPoint(shown, lineage, asked.seq);
    const again = await this.branches.branch(pointOf, {
      takesBack: false,
      ...(model === undefined ? {} : { model }),
    });
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
    const { mode } = this.live.chat;
    const { modeAfterPlan } = agent.choices;
    const after = mode === 'ask' ? modeAfterPlan : mode;
    await agent.choose({ mode: 'ask', ...(after === undefined ? {} : { modeAfterPlan: after }) });
    this.modeChosen();
  }

  /** Ends the mode that only reads: with the mode in which the plan was asked for. @throws JournalError */
  async carryOutPlan(): Promise<void> {
    const agent = await this.current();
    if (this.live.chat.mode === 'ask') await this.chooseMode(agent.choices.modeAfterPlan ?? 'edit');
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
    this.live.now?.showMemory();
  }

  /** Tells the session of an outside event. @returns false: another one is shown. @throws JournalError */
  async post(session: string, event: OutsideEvent): Promise<boolean> {
    const agent = this.live.now;
    if (agent?.session !== session) return false;
    await agent.post(event);
    return true;
  }

  /** Files of the workspace have changed. */
  async filesChanged(): Promise<void> {
    await this.live.now?.filesChanged();
  }

  /** As `LiveSession.close`. */
  close(): Promise<void> {
    return this.live.close();
  }

  dispose(): void {
    for (const emitter of [this.output, this.resets, this.modelChanges, this.modeChanges]) emitter.dispose();
  }

  private failTurn(error: unknown): void {
    const message = describeError(error);
    this.output.fire({ type: 'turnEnded', turn: 0, reason: 'error', message, errorKind: errorKind(error) });
  }

  private modeChosen(): void {
    this.modeChanges.fire();
    // Modes may have models of their own.
    this.answererChanged();
  }

  private answererChanged(): void {
    this.modelChanges.fire();
    this.live.prepare();
  }
}

/** The conversation the views show: one live session at a time, resumed from its log, replaced by New Chat. */
import { randomBytes } from 'node:crypto';
import { type Disposable, EventEmitter } from 'vscode';
import type { AgentParts } from '../engine/AgentParts';
import type { AgentProcess } from '../engine/AgentProcess';
import type { AttachmentDraft } from '../engine/attachments';
import { describeError, errorKind, HeldElsewhereError, UnknownAddressError } from '../engine/errors';
import type { Note, SessionEvent } from '../engine/events';
import { type ForkPoint, forkPoint, rewindPoint } from '../engine/forkPoint';
import type { OutputEvent } from '../engine/OutputBuffer';
import type { Opener } from '../engine/opener';
import type { OutsideEvent, SessionHistory, SessionLog } from '../engine/ports';
import type { NoWindowChange, WindowChange, WindowRequest } from '../engine/WindowRequests';
import { WorkingContext } from '../engine/WorkingContext';
import type { PlanView } from '../webview/protocol';
import type { ChatModels } from './chatModels';
import type { Conversation } from './conversation';
import type { Openers } from './openers';
import type { ShownSessions } from './shownSessions';

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
  readonly models: Pick<ChatModels, 'current' | 'describe' | 'choose' | 'inherit' | 'forget'>;
  readonly openers: Openers;
  /** What is sent with a message for what it mentions. Never throws. */
  readonly attachmentsOf: (text: string) => Promise<readonly AttachmentDraft[]>;
  readonly onEvent: (event: SessionEvent) => void;
  /** The last session could not be opened; a new one is begun. */
  readonly onTrouble: (message: string) => void;
  readonly onBusy: (busy: boolean) => void;
}

/** How long an endpoint may take to tell its window before the first turn. */
const PREPARE_MS = 5000;

export class ChatSessions implements Conversation, Disposable {
  private readonly output = new EventEmitter<OutputEvent>();
  private readonly resets = new EventEmitter<void>();
  private readonly modelChanges = new EventEmitter<void>();
  private agent: AgentProcess | undefined;
  private opening: Promise<AgentProcess> | undefined;
  private unsubscribe: (() => void) | undefined;
  /** One session takes the place of another at a time. */
  private replacing: Promise<unknown> = Promise.resolve();
  private attaching: Promise<unknown> = Promise.resolve();
  private takenBack: string | undefined;
  private revealed: number | undefined;
  private disposed = false;

  readonly onOutput = this.output.event;
  readonly onReset = this.resets.event;
  readonly onModelChanged = this.modelChanges.event;

  constructor(private readonly parts: ChatSessionsParts) {}

  get session(): string {
    return this.agent?.session ?? '';
  }

  get modelLabel(): string {
    return this.parts.models.describe(this.session).label;
  }

  get modelIsOffline(): boolean {
    return this.parts.models.describe(this.session).offline;
  }

  transcript(): readonly OutputEvent[] {
    return this.agent?.transcript() ?? [];
  }

  /** The live session, opened on first use; the next one when another is about to be shown. @throws JournalError */
  async current(): Promise<AgentProcess> {
    await this.replacing;
    return this.live();
  }

  async submit(text: string): Promise<void> {
    try {
      // Messages are recorded in the order in which they were sent, however long what they mention takes.
      const attached = this.attaching.then(() => this.parts.attachmentsOf(text));
      const sent = attached.then(async (drafts) => ({ drafts, agent: await this.current() }));
      this.attaching = sent.catch(() => undefined);
      const { agent, drafts } = await sent;
      await agent.submit(text, drafts);
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
    return this.replace(async (before) => void (await this.begin(before.notes.list())));
  }

  /** Shows a session of the history. @throws HeldElsewhereError | JournalError */
  show(session: string): Promise<void> {
    return this.replace(async (before) => {
      if (before.session !== session) this.greet(await this.open(await this.parts.openLog(session), []));
    });
  }

  fork(seq: number): Promise<void> {
    return this.branch((session, lineage) => forkPoint(session, lineage(), seq));
  }

  rewind(seq: number): Promise<void> {
    return this.branch((session, lineage) => rewindPoint(session, lineage, seq));
  }

  async retry(model?: string): Promise<void> {
    const { session } = await this.current();
    const asked = this.transcript().findLast((event) => event.type === 'userMessage');
    if (!asked) throw new UnknownAddressError('Nothing was asked in this chat yet.', 'Ask something first.');
    let text = asked.text;
    await this.branch(async (shown, lineage) => {
      const point = await rewindPoint(shown, lineage, asked.seq);
      text = point.text ?? text;
      return { from: point.from, through: point.through };
    }, model);
    // Its own replacement has taken place: what is sent now goes to the new session.
    if (this.session !== session) void this.submit(text);
  }

  /** From the next step on another model answers this chat. @param model as in the settings */
  async chooseModel(model: string): Promise<void> {
    const { session } = await this.current();
    await this.parts.models.choose(session, model);
    this.modelChanges.fire();
    if (this.agent) this.prepare(this.agent);
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
    this.modelChanges.fire();
    if (this.agent) this.prepare(this.agent);
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
    for (const emitter of [this.output, this.resets, this.modelChanges]) emitter.dispose();
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

  /** Goes on from a point of the session shown, in a new one; the old one stays as it is. */
  private branch(
    pointOf: (
      session: string,
      lineage: () => AsyncIterable<SessionEvent>,
    ) => Promise<ForkPoint & { readonly text?: string }>,
    model?: string,
  ): Promise<void> {
    return this.replace(async (before) => {
      // A call that still runs has no result to take along.
      await before.halt();
      const { session } = before;
      try {
        const { from, through, text } = await pointOf(session, () => this.parts.history.lineage(session));
        const { forkLog } = await this.parts.agent();
        const fork = newSessionId();
        if (model === undefined) await this.parts.models.inherit(session, fork);
        else await this.parts.models.choose(fork, model);
        await this.open(await forkLog(fork, { from, through, kind: 'session' }), [], text);
      } catch (error) {
        before.goOn();
        throw error;
      }
    });
  }

  /** @param act opens the session that is shown from then on; when it fails, or opens none, the one before goes on */
  private replace(act: (before: AgentProcess) => Promise<void>): Promise<void> {
    const done = this.replacing.then(async () => {
      const before = await this.live();
      await act(before);
      if (this.agent === before) return;
      await before.dispose();
      await this.parts.shown.forget(before.session);
    });
    this.replacing = done.catch(() => undefined);
    return done;
  }

  /** @param takenBack what the person wrote and the session no longer has */
  private async open(log: SessionLog, notes: readonly Note[], takenBack?: string): Promise<AgentProcess> {
    const agent = await this.start(log, notes);
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
      this.output.fire(event);
    });
    this.parts.onBusy(agent.busy);
    agent.onEvent((event) => this.parts.onEvent(event));
    this.agent = agent;
    this.takenBack = takenBack;
    await this.parts.shown.remember(agent.session);
    this.resets.fire();
    this.prepare(agent);
    return agent;
  }

  private async start(log: SessionLog, notes: readonly Note[]): Promise<AgentProcess> {
    try {
      const parts = { ...(await this.parts.agent()), log };
      return await this.parts.open(parts, () => this.parts.models.current(log.sessionId), notes);
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

/** The session that is shown: opened on first use, resumed after a reload, and one replaced by the next. */
import { randomBytes } from 'node:crypto';
import type { AgentParts } from '../engine/AgentParts';
import type { AgentProcess } from '../engine/AgentProcess';
import type { Choices } from '../engine/ChatChoices';
import { describeError, HeldElsewhereError } from '../engine/errors';
import type { Note, SessionEvent } from '../engine/events';
import type { AgentMode } from '../engine/modes';
import type { OutputEvent } from '../engine/OutputBuffer';
import type { SessionHistory, SessionLog } from '../engine/ports';
import { WorkingContext } from '../engine/WorkingContext';
import type { ChatModels, ModelledChat } from './chatModels';
import type { Openers } from './openers';
import type { ShownSessions } from './shownSessions';
import type { TakenBackMessage } from './takenBack';

export interface LiveSessionParts {
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
  readonly models: Pick<ChatModels, 'current'>;
  /** The mode of chats for which none was chosen. */
  readonly mode: () => AgentMode;
  readonly openers: Openers;
  readonly onEvent: (event: SessionEvent) => void;
  /** The last session could not be opened; a new one is begun. */
  readonly onTrouble: (message: string) => void;
  readonly onBusy: (busy: boolean) => void;
}

/** What the session tells whoever shows it. */
interface Audience {
  readonly onOutput: (event: OutputEvent) => void;
  /** Another session is shown from now on. @param takenBack what the person wrote and it no longer has */
  readonly onShown: (takenBack: TakenBackMessage | undefined) => void;
}

interface OpenOptions {
  readonly notes?: readonly Note[];
  readonly takenBack?: TakenBackMessage | undefined;
  readonly choices?: Choices;
}

/** How long an endpoint may take to tell its window before the first turn. */
const PREPARE_MS = 5000;

export class LiveSession {
  private agent: AgentProcess | undefined;
  private opening: Promise<AgentProcess> | undefined;
  private unsubscribe: (() => void) | undefined;
  /** One session takes the place of another at a time. */
  private replacing: Promise<unknown> = Promise.resolve();
  private disposed = false;

  constructor(
    private readonly parts: LiveSessionParts,
    private readonly audience: Audience,
  ) {}

  /** What is open now; undefined before the first use. */
  get now(): AgentProcess | undefined {
    return this.agent;
  }

  /** What its model and its mode are chosen by. */
  get chat(): ModelledChat {
    return this.modelled(this.agent);
  }

  /** The live session, opened on first use; the next one when another is about to be shown. @throws JournalError */
  async current(): Promise<AgentProcess> {
    await this.replacing;
    return this.live();
  }

  /** Begins a new session, with these notes. @throws JournalError */
  async begin(notes: readonly Note[]): Promise<AgentProcess> {
    const agent = await this.open(await this.parts.openLog(newSessionId()), { notes });
    this.greet(agent);
    return agent;
  }

  /** Goes on with a session of the history. @throws HeldElsewhereError | JournalError */
  async goOnWith(session: string): Promise<AgentProcess> {
    const agent = await this.open(await this.parts.openLog(session));
    this.greet(agent);
    return agent;
  }

  /**
   * @param act opens the session that is shown from then on; when it fails, or opens none, the one before goes on.
   *   Resolves to the last event that it inherits of the one before
   */
  replace(act: (before: AgentProcess) => Promise<number | undefined>): Promise<void> {
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

  /** Shows the session of a log. @throws JournalError; the log is closed then */
  async open(
    log: SessionLog,
    { notes = [], takenBack, choices = {} }: OpenOptions = {},
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
      this.audience.onOutput(event);
    });
    this.parts.onBusy(agent.busy);
    agent.onEvent((event) => this.parts.onEvent(event));
    this.agent = agent;
    await this.parts.shown.remember(agent.session);
    this.audience.onShown(takenBack);
    this.prepare();
    return agent;
  }

  /** The gauge before the first turn. A model that cannot be reached now says so when it is asked something. */
  prepare(): void {
    this.agent?.prepare(AbortSignal.timeout(PREPARE_MS)).catch(() => undefined);
  }

  /** Interrupts the running turn and closes the session, and one that is being left, once all of it is durable. */
  async close(): Promise<void> {
    this.disposed = true;
    await Promise.all([this.agent?.dispose(), this.replacing]);
  }

  private live(): Promise<AgentProcess> {
    if (this.agent) return Promise.resolve(this.agent);
    this.opening ??= this.resume().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  /** The session this workspace showed last; with several windows, the first that no other window shows. */
  private async resume(): Promise<AgentProcess> {
    const shown = this.parts.shown.list();
    const candidates = shown.length > 0 ? shown : (await this.parts.chats()).slice(0, 1);
    for (const session of candidates) {
      try {
        return await this.goOnWith(session);
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

/** Commands that go on while the model does: as long as the window, or until they are stopped. */
import type { CommandEnd, CommandOrder, CommandRunner } from '../engine/commandPorts';
import { CommandError, describeError } from '../engine/errors';
import type { BlobHash } from '../engine/ports';
import type { CommandOutput } from './commandOutput';

export interface BackgroundCommand {
  /** e.g. `c1`; unique in the window. */
  readonly id: string;
  readonly command: string;
  readonly session: string;
  /** ms since the epoch. */
  readonly startedAt: number;
}

interface Entry extends BackgroundCommand {
  readonly order: CommandOrder;
  readonly output: CommandOutput;
  readonly abort: AbortController;
  done: Promise<void>;
  stoppedBy?: 'person' | 'model' | 'window';
  /** How it ended, in words. */
  end?: string;
}

interface BackgroundOrder extends Omit<CommandOrder, 'onOutput'> {
  readonly output: CommandOutput;
}

/** Who runs a command. */
interface Caller {
  readonly session: string;
  /** ms since the epoch. */
  readonly startedAt: number;
}

/** Ended commands whose output can still be asked for. */
const KEPT = 20;
const LAST_LINES = 15;

export class BackgroundCommands {
  private readonly entries = new Map<string, Entry>();
  private started = 0;
  private readonly listeners = new Set<() => void>();
  /** Moves a command that a call waits for to the background, by session and call. */
  private readonly waited = new Map<string, () => void>();

  /**
   * @param onEnd told of commands that have ended by themselves or by the person, with a text for the model of the session
   * that started them
   */
  constructor(
    private readonly runner: CommandRunner,
    private readonly onEnd: (session: string, text: string) => void,
  ) {}

  /** Those that run, oldest first. */
  running(): readonly BackgroundCommand[] {
    return [...this.entries.values()].filter(({ end }) => end === undefined);
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Starts a command and returns at once. */
  start(background: BackgroundOrder, { session, startedAt }: Caller): BackgroundCommand {
    const abort = new AbortController();
    const { command, folder, output } = background;
    const order = { command, folder, onOutput: (text: string) => output.add(text) };
    const running = this.runner.run(order, abort.signal);
    return this.adopt({ command, session, startedAt, order, output, abort }, running);
  }

  /**
   * Runs a command that a call waits for, until it has ended, the signal has ended it, or the person has moved it to the
   * background. @throws CommandError when it cannot be started
   */
  async attend(
    order: CommandOrder,
    output: CommandOutput,
    caller: Caller & { readonly callId: string },
    signal: AbortSignal,
  ): Promise<CommandEnd | BackgroundCommand> {
    const abort = new AbortController();
    const end = () => abort.abort();
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    const key = `${caller.session} ${caller.callId}`;
    const moved = new Promise<'moved'>((resolve) => this.waited.set(key, () => resolve('moved')));
    try {
      const running = this.runner.run(order, abort.signal);
      const first = await Promise.race([running, moved]);
      if (first !== 'moved') return first;
      const { session, startedAt } = caller;
      return this.adopt({ command: order.command, session, startedAt, order, output, abort }, running);
    } finally {
      signal.removeEventListener('abort', end);
      this.waited.delete(key);
    }
  }

  /** The person lets a command go on while the model does. One that has ended by now stays what it was. */
  move(session: string, callId: string): void {
    this.waited.get(`${session} ${callId}`)?.();
  }

  /** Ends a command with all it has started. @throws CommandError when there is none of that id */
  async stop(id: string, by: 'person' | 'model'): Promise<void> {
    const entry = this.find(id);
    entry.stoppedBy ??= by;
    entry.abort.abort();
    await entry.done;
  }

  /**
   * @param address of the result that shows it
   * @returns the state of a command and what it has printed. @throws CommandError when there is none of that id
   */
  async report(
    id: string,
    address: string,
  ): Promise<{ readonly text: string; readonly parts: readonly BlobHash[] }> {
    const entry = this.find(id);
    const { text, parts, note } = await entry.output.read(address);
    const state = `${id} (${entry.command}): ${entry.end ?? 'running'}.`;
    return { text: `${[state, note].join(' ').trim()}\n${text === '' ? '(no output)' : text}`, parts };
  }

  /**
   * Shows the person where a command runs. @returns what it has printed, where nothing else shows it
   * @throws CommandError when there is none of that id
   */
  async show(id: string): Promise<string | undefined> {
    const { order, end } = this.find(id);
    if (end === undefined && this.runner.show?.(order)) return undefined;
    return (await this.report(id, '')).text;
  }

  /** Ends all of them: the window closes. */
  async close(): Promise<void> {
    const left = [...this.entries.values()].filter(({ end }) => end === undefined);
    for (const entry of left) entry.stoppedBy = 'window';
    for (const entry of left) entry.abort.abort();
    await Promise.all(left.map(({ done }) => done));
  }

  private adopt(command: Omit<Entry, 'id' | 'done'>, running: Promise<CommandEnd>): BackgroundCommand {
    const entry: Entry = { ...command, id: `c${++this.started}`, done: Promise.resolve() };
    this.entries.set(entry.id, entry);
    entry.done = running.then(
      (end) => this.ended(entry, end),
      (error: unknown) => this.ended(entry, { exitCode: undefined }, describeError(error)),
    );
    this.changed();
    return entry;
  }

  private ended(entry: Entry, { exitCode }: CommandEnd, problem?: string): void {
    const { id, command, session, output, stoppedBy } = entry;
    const seconds = Math.round((Date.now() - entry.startedAt) / 1000);
    entry.end = problem ?? `${endOf(exitCode, stoppedBy)} after ${seconds} s`;
    for (const [old, { end }] of this.entries) {
      if (this.entries.size <= KEPT) break;
      if (end !== undefined) this.entries.delete(old);
    }
    this.changed();
    // The model knows what it has stopped; nobody is there when the window closes.
    if (stoppedBy === 'model' || stoppedBy === 'window') return;
    const lines = output.lastLines(LAST_LINES);
    const last = lines === '' ? 'It printed nothing.' : `Its last lines:\n${lines}`;
    this.onEnd(
      session,
      `Background command ${id} (${command}): ${entry.end}.\n${last}\nAll of it: command_output ${id}.`,
    );
  }

  private find(id: string): Entry {
    const entry = this.entries.get(id);
    if (entry) return entry;
    const known = [...this.entries.keys()].join(', ');
    throw new CommandError(
      `There is no background command ${id} in this window.`,
      known === '' ? 'None was started; a reload of the window ends them.' : `There are: ${known}.`,
    );
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

function endOf(exitCode: number | undefined, stoppedBy: Entry['stoppedBy']): string {
  if (stoppedBy === 'person') return 'stopped by the person';
  if (stoppedBy === 'model') return 'stopped';
  return exitCode === undefined ? 'ended, exit code unknown,' : `ended with exit code ${exitCode}`;
}

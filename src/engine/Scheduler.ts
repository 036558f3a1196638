/**
 * Scheduler: turns events into model steps. Events are durable before they count; a running turn takes them at the
 * boundary between two steps, an idle process starts a turn for those that wake it (`EVENT_CLASSES`).
 */

import { describeError, errorKind } from './errors';
import { EVENT_CLASSES } from './eventPriorities';
import type { TurnEnd } from './events';
import type { ModelInUse } from './ModelInUse';
import type { OutputBuffer } from './OutputBuffer';
import type { OutsideEvent } from './ports';
import type { SessionRecorder } from './SessionRecorder';
import type { TurnRunner } from './TurnRunner';
import type { NoWindowChange, WindowChange, WindowRequest, WindowRequests } from './WindowRequests';

const NO_RESULT = 'No result: the turn ended before this call finished.';
const CLOSED = 'No result: the editor was closed before this call finished.';

export interface SchedulerParts {
  readonly recorder: SessionRecorder;
  readonly runner: TurnRunner;
  readonly model: ModelInUse;
  readonly requests: WindowRequests;
  readonly output: OutputBuffer;
}

interface Running {
  /** Of the turn under way. */
  abort: AbortController;
  done: Promise<void>;
}

export class Scheduler {
  private closing = false;
  private halting = false;
  private running: Running | undefined;
  /** Who waits for the end of the turn that takes an event, by the event's id. */
  private readonly waiting = new Map<number, (end: TurnEnd) => void>();

  constructor(private readonly parts: SchedulerParts) {}

  get busy(): boolean {
    return this.running !== undefined;
  }

  /** Resolves once the event is durable; a turn is then under way if the event wakes one. @throws JournalError */
  async post(event: OutsideEvent): Promise<void> {
    await this.record(event);
    if (!event.quiet) this.wake();
  }

  /** Posts what wakes a turn. @returns how the turn ended that took it. @throws JournalError when it could not be posted */
  async postAndWait(event: OutsideEvent): Promise<TurnEnd> {
    const id = await this.record(event);
    if (this.closing || this.halting) return 'interrupted';
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.wake();
    });
  }

  /** Between two steps of the running turn, else at once. As `WindowRequests.request`. */
  changeWindow(request: WindowRequest, signal: AbortSignal): Promise<WindowChange | NoWindowChange> {
    const done = this.parts.requests.request(request, signal);
    this.wake();
    return done;
  }

  /** Cancels the running turn; what was streamed so far is kept, and what is posted starts the next. */
  stop(): void {
    this.running?.abort.abort();
  }

  /** A turn that a crash cut short, or that was about to begin, can be continued: it is closed as interrupted. */
  async recover(): Promise<void> {
    const { recorder, runner } = this.parts;
    const { state } = recorder;
    if (state.openTurn !== undefined) {
      await runner.executor.closeOpenCalls(state.openTurn, CLOSED);
      await recorder.record({ type: 'turn.ended', turn: state.openTurn, reason: 'interrupted' });
    } else if (state.events.wakes) {
      const turn = state.turn + 1;
      await recorder.record(
        { type: 'turn.started', turn },
        { type: 'turn.ended', turn, reason: 'interrupted' },
      );
    }
  }

  /** As `stop`, but what is posted goes on waiting. Resolves when the process is idle. */
  async halt(): Promise<void> {
    this.halting = true;
    this.stop();
    await this.running?.done;
    this.parts.requests.forgetAll();
    this.halting = false;
  }

  /** Starts a turn for what is posted and waits since `halt`. */
  goOn(): void {
    this.wake();
  }

  /** Interrupts the running turn, which can be continued later, and starts no other. */
  async close(): Promise<void> {
    this.closing = true;
    await this.halt();
  }

  /** @returns the event's id */
  private async record({ kind, text, attachments = [] }: OutsideEvent): Promise<number> {
    const { priority } = EVENT_CLASSES[kind];
    const attached = attachments.length > 0 ? { attachments } : {};
    const [event] = await this.parts.recorder.record({
      type: 'event.posted',
      kind,
      priority,
      text,
      ...attached,
    });
    if (!event) throw new Error('The journal has not returned the event it wrote.');
    return event.seq;
  }

  private wake(): void {
    const { recorder, requests } = this.parts;
    if (this.running || this.closing || this.halting) return;
    if (!recorder.state.events.wakes && !requests.wanted) return;
    this.running = { abort: new AbortController(), done: Promise.resolve() };
    this.running.done = this.run(this.running);
  }

  /** Turn after turn, and what is asked for between them, until nothing is left that starts one. */
  private async run(running: Running): Promise<void> {
    const { recorder, requests } = this.parts;
    const { events } = recorder.state;
    let another = events.wakes;
    while (another || (requests.wanted && !this.halting)) {
      const { signal } = running.abort;
      if (another) another = await this.turnAndMore(signal);
      else {
        await this.changeWindowNow(signal);
        another = events.wakes && !this.halting;
      }
      running.abort = new AbortController();
    }
    this.running = undefined;
  }

  /** @returns whether another turn is due */
  private async turnAndMore(signal: AbortSignal): Promise<boolean> {
    const { recorder, runner, requests } = this.parts;
    const { events } = recorder.state;
    const due = events.pending();
    const end = await this.turn(signal);
    if (end === 'cancelled') requests.forgetModel();
    // Where nothing could be delivered (the disk is full) another turn would fare no better.
    const progress = due.length === 0 || due.some((event) => !events.isPending(event.seq));
    const unanswered = end === 'cancelled' && runner.unanswered;
    const another = !this.halting && ((progress && events.wakes) || unanswered);
    this.settle(end, another);
    return another;
  }

  /** Never throws: who asked is told. */
  private async changeWindowNow(signal: AbortSignal): Promise<void> {
    const { model, requests, output } = this.parts;
    try {
      await requests.run(() => model.prepare(signal), signal);
    } catch {
      return;
    }
    output.emit({ type: 'gauge', gauge: model.gauge() });
  }

  /** Tells those who wait how the turn ended that took their event; when no other follows, all of them. */
  private settle(end: TurnEnd, another: boolean): void {
    for (const [id, resolve] of [...this.waiting]) {
      if (another && this.parts.recorder.state.events.isPending(id)) continue;
      this.waiting.delete(id);
      resolve(end);
    }
  }

  /** Never throws: errors end the turn and are shown. */
  private async turn(signal: AbortSignal): Promise<TurnEnd> {
    const { recorder, runner } = this.parts;
    const turn = recorder.state.turn + 1;
    try {
      // Calls may be open still when the journal failed in the turn before.
      await runner.executor.closeOpenCalls(turn, NO_RESULT);
      await recorder.record({ type: 'turn.started', turn });
      const end = await runner.chain(turn, signal);
      return await this.endTurn(turn, end.reason, end.message);
    } catch (error) {
      if (signal.aborted) return this.endTurn(turn, 'cancelled');
      return this.endTurn(turn, 'error', describeError(error), errorKind(error));
    }
  }

  private async endTurn(turn: number, end: TurnEnd, message?: string, kind?: string): Promise<TurnEnd> {
    const { recorder, runner, model, output } = this.parts;
    // Who closes the window has not withdrawn the question: it can be continued.
    const reason = this.closing && end === 'cancelled' ? 'interrupted' : end;
    const details = {
      ...(message === undefined ? {} : { message }),
      ...(kind === undefined ? {} : { errorKind: kind }),
    };
    try {
      await runner.executor.closeOpenCalls(turn, NO_RESULT);
      await recorder.record({ type: 'turn.ended', turn, reason, ...details });
    } catch (error) {
      // The journal itself fails (disk full): the person is told, the log stays as it was.
      const failure = { message: describeError(error), errorKind: 'JournalError' };
      output.emit({ type: 'turnEnded', turn, reason: 'error', ...failure });
    }
    output.emit({ type: 'gauge', gauge: model.gauge() });
    return reason;
  }
}

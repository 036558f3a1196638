/**
 * Compaction and reset on request. What the model or the person asks for waits until the process stands between two
 * steps; then it is done as one new epoch, for all who asked.
 */
import type { EventOf } from './events';
import type { PreparedModel } from './ModelInUse';
import type { QueueManager } from './QueueManager';
import type { SessionRecorder } from './SessionRecorder';

/** What a compaction or a reset did. */
export interface WindowChange {
  /** Pages that left the window. */
  readonly pages: number;
  /** Own tokens resident before and after. */
  readonly tokensBefore: number;
  readonly tokensAfter: number;
}

/** Why nothing was done: nothing could leave, who asked has cancelled, or the process stopped before it was done. */
export type NoWindowChange = 'nothing' | 'cancelled' | 'stopped';

export interface WindowRequest {
  readonly kind: 'compact' | 'reset';
  /** What the summary is to keep; may be empty. */
  readonly instructions: string;
}

interface Waiting extends WindowRequest {
  readonly by: 'person' | 'model';
  readonly signal?: AbortSignal;
  resolve(change: WindowChange | NoWindowChange): void;
  reject(error: unknown): void;
}

export class WindowRequests {
  private waiting: Waiting[] = [];

  constructor(
    private readonly recorder: SessionRecorder,
    private readonly queue: QueueManager,
  ) {}

  get wanted(): boolean {
    return this.waiting.length > 0;
  }

  /** The model asks; it goes on whatever comes of it. */
  ask(request: WindowRequest): void {
    this.waiting.push({ ...request, by: 'model', resolve: () => {}, reject: () => {} });
  }

  /**
   * The person asks. Resolves when it is done, or with why it was not.
   * @throws WindowTooSmallError | JournalError | ModelError
   */
  request(request: WindowRequest, signal: AbortSignal): Promise<WindowChange | NoWindowChange> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { ...request, by: 'person', signal, resolve, reject };
      this.waiting.push(waiting);
      signal.addEventListener('abort', () => this.drop('cancelled', (other) => other === waiting), {
        once: true,
      });
    });
  }

  /** What the model asked for ends with its turn. */
  forgetModel(): void {
    this.drop('stopped', ({ by }) => by === 'model');
  }

  /** Nothing will be done any more. */
  forgetAll(): void {
    this.drop('stopped', () => true);
  }

  /**
   * Does what was asked for; a reset is more than a compaction.
   * @param prepare the model that writes the summary
   * @returns whether an epoch was started
   * @throws WindowTooSmallError | JournalError | ModelError, after telling who asked
   */
  async run(prepare: () => Promise<PreparedModel>, signal: AbortSignal): Promise<boolean> {
    const asked = this.waiting;
    if (asked.length === 0) return false;
    this.waiting = [];
    const cancelled = AbortSignal.any([signal, ...asked.flatMap((request) => request.signal ?? [])]);
    let epoch: EventOf<'epoch.started'> | undefined;
    const unsubscribe = this.recorder.subscribe((event) => {
      if (event.type === 'epoch.started') epoch = event;
    });
    try {
      const { model, budget } = await prepare();
      if (asked.some(({ kind }) => kind === 'reset')) await this.queue.reset(model, budget, cancelled);
      else {
        const instructions = asked.map((request) => request.instructions).filter((text) => text !== '');
        await this.queue.compact(model, budget, instructions.join('\n'), cancelled);
      }
      const change = epoch && changeOf(epoch);
      for (const { resolve } of asked) resolve(change ?? 'nothing');
      return change !== undefined;
    } catch (error) {
      for (const { signal: own, resolve, reject } of asked) {
        if (cancelled.aborted) resolve(own?.aborted ? 'cancelled' : 'stopped');
        else reject(error);
      }
      if (cancelled.aborted && !signal.aborted) return false;
      throw error;
    } finally {
      unsubscribe();
    }
  }

  /** Those who wait with `which` learn that nothing was done, and why. */
  private drop(why: NoWindowChange, which: (waiting: Waiting) => boolean): void {
    const dropped = this.waiting.filter(which);
    this.waiting = this.waiting.filter((waiting) => !which(waiting));
    for (const { resolve } of dropped) resolve(why);
  }
}

function changeOf({ evicted, tokensBefore, tokensAfter }: EventOf<'epoch.started'>): WindowChange {
  return { pages: evicted.length, tokensBefore, tokensAfter };
}

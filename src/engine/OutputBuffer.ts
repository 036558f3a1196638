/** What the person sees: streamed text, tool rows and the state of memory; never raw memory traffic. */

import type { CheckpointReason } from './changes/changeEvents';
import type { EpochReason, InterruptKind, Note, PlanItem, TurnEnd } from './events';
import type { Bill } from './modelPrices';
import type { Fault, FilePage } from './pages';

/** Occupancy of main context in (estimated) provider tokens. */
export interface MemoryGauge {
  readonly system: number;
  readonly notes: number;
  readonly summary: number;
  /** Pages that stayed when their messages left. */
  readonly pages: number;
  readonly queue: number;
  readonly free: number;
  readonly budget: number;
  /** What is kept at most; the budget while pages come back too soon. */
  readonly limit: number;
  readonly window: number;
  readonly windowSource: 'endpoint' | 'setting' | 'assumed';
  /** Share of uses that found their page resident; missing before the first. */
  readonly hitRatio?: number;
  /** Pages come back soon after they left. */
  readonly thrashing: boolean;
}

export type OutputEvent =
  /** A message of the person's is durable and waits for the next step; `posted` is its id. */
  | { readonly type: 'messageQueued'; readonly posted: number; readonly text: string }
  /** A message of the person's could not be made durable: it is theirs again. */
  | {
      readonly type: 'messageRefused';
      readonly text: string;
      /** Missing when a `turnEnded` that follows says why. */
      readonly message?: string;
    }
  /** Takes the place of the queued message `posted`, when it names one. */
  | {
      readonly type: 'userMessage';
      readonly seq: number;
      readonly turn: number;
      readonly text: string;
      readonly posted?: number;
    }
  | { readonly type: 'textDelta'; readonly turn: number; readonly text: string }
  | { readonly type: 'reasoningDelta'; readonly turn: number; readonly text: string }
  /** The message as recorded; replaces the deltas streamed for it. Text may be empty when it only calls functions. */
  | {
      readonly type: 'assistantMessage';
      readonly seq: number;
      readonly turn: number;
      readonly text: string;
      /** What the model thought before; replaces its deltas. */
      readonly reasoning?: string;
      readonly cut?: 'cancelled' | 'length' | 'error';
    }
  | {
      readonly type: 'callStarted';
      readonly callId: string;
      readonly name: string;
      readonly arguments: string;
    }
  /** What a call that runs is doing: the last one counts; of several lines the last says most. */
  | { readonly type: 'callProgress'; readonly callId: string; readonly text: string }
  | {
      readonly type: 'callFinished';
      readonly callId: string;
      readonly name: string;
      readonly address: string;
      readonly tokens: number;
      readonly isError: boolean;
      readonly fault?: Fault;
      readonly pages: readonly FilePage[];
      readonly ms: number;
    }
  | { readonly type: 'interrupt'; readonly kind: InterruptKind; readonly text: string }
  | {
      readonly type: 'evicted';
      readonly epoch: number;
      readonly reason: EpochReason;
      readonly pages: number;
      readonly tokens: number;
      /** Own tokens resident before and after. */
      readonly tokensBefore: number;
      readonly tokensAfter: number;
    }
  /** The turn is about to edit, or what `why` says: the files can be had again as they are here. `seq` is the checkpoint's id. */
  | { readonly type: 'checkpoint'; readonly seq: number; readonly why?: CheckpointReason }
  | { readonly type: 'turnStarted'; readonly turn: number }
  | {
      readonly type: 'turnEnded';
      readonly turn: number;
      readonly reason: TurnEnd;
      readonly message?: string;
      /** Set with reason `error`: the kind of `ModelError`, so that the panel can offer the right action. */
      readonly errorKind?: string;
    }
  /** What waits for the person's review may be other than before. */
  | { readonly type: 'changes' }
  | { readonly type: 'modelNotice'; readonly text: string }
  /** At the end of a turn: what it has cost, and the session so far. */
  | { readonly type: 'spent'; readonly turn: Bill; readonly session: Bill }
  | { readonly type: 'renamed'; readonly name: string }
  | { readonly type: 'gauge'; readonly gauge: MemoryGauge }
  /** The plan as it is now; no items: there is none. `revision` is what a change of the person's names. */
  | { readonly type: 'plan'; readonly items: readonly PlanItem[]; readonly revision: number }
  | {
      readonly type: 'notes';
      readonly notes: readonly Note[];
      readonly rules: readonly RulesShown[];
      readonly used: number;
      readonly limit: number;
    };

/** A rules file, and how much of it the window has room for. */
export interface RulesShown {
  /** Workspace path. */
  readonly path: string;
  readonly tokens: number;
  readonly lines: number;
  /** Lines in the window; all of them before the first request. */
  readonly shownLines: number;
  /** Whether it holds: it has no scope, or something in it was touched. */
  readonly active: boolean;
  /** As in `RulesPage`. */
  readonly scope?: string;
  readonly description?: string;
  readonly problem?: string;
}

type Listener = (event: OutputEvent) => void;

/** Fans output events out to the surfaces. A listener that throws does not stop the others or the engine. */
export class OutputBuffer {
  private readonly listeners = new Set<Listener>();

  /** @returns a function that stops listening */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(event: OutputEvent): void {
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch {
        // A surface that fails (a webview being torn down) must not take the turn with it; it reloads from the transcript.
      }
    }
  }
}

/** What a task of `vctx eval` is made of. Everything in it follows from the seed (and the documents, where it has some). */
import type { Note } from '../../engine/events';
import type { SessionHistory, TokenCounter } from '../../engine/ports';
import type { PastSession } from './plantSessions';

export interface Score {
  /** 0-1: 1 or 0 where an answer is right or wrong. */
  readonly accuracy: number;
  /** ROUGE-L recall, 0-1. */
  readonly rougeL: number;
}

export interface EvalQuestion {
  /** What the person asks; may draw on the stored sessions. */
  readonly prompt: (history: SessionHistory, counter: TokenCounter) => Promise<string>;
  readonly reference: string;
  /** Results are reported for each group too: nesting, pinned or not. */
  readonly group: string;
  readonly score: (answer: string) => Score;
}

/** A workspace with its history. Every question is asked in a session of its own. */
export interface EvalWorld {
  readonly sessions: readonly PastSession[];
  /** Files of the workspace. */
  readonly documents: readonly { readonly path: string; readonly text: string }[];
  /** Pinned in each question's session. */
  readonly notes: readonly Note[];
  readonly questions: readonly EvalQuestion[];
}

export interface EvalTaskOptions {
  readonly seed: number;
  /** Questions at most. */
  readonly limit: number;
  /** Folder whose documents are asked about. */
  readonly documents?: string;
  /** Documents among which the one is. */
  readonly size: number;
}

/** @returns the worlds, made one at a time */
export type EvalTask = (options: EvalTaskOptions, signal: AbortSignal) => AsyncIterable<EvalWorld>;

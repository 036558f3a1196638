/** The one table of what reaches a process from outside: who goes first, and what starts a turn. */
import type { ObservedKind, PostedKind } from './events';

interface EventClass {
  /** The smallest is delivered first; among equals the oldest, and what was observed after what was posted. */
  readonly priority: number;
  /** Whether an idle process starts a turn for it. */
  readonly wakes: boolean;
}

export const EVENT_CLASSES: Readonly<Record<PostedKind | ObservedKind, EventClass>> = {
  cancelled: { priority: 0, wakes: false },
  userMessage: { priority: 1, wakes: true },
  resumed: { priority: 1, wakes: true },
  childFinished: { priority: 2, wakes: true },
  commandFinished: { priority: 2, wakes: true },
  timer: { priority: 3, wakes: true },
  opener: { priority: 3, wakes: true },
  diagnosticsChanged: { priority: 4, wakes: false },
  fileChanged: { priority: 5, wakes: false },
  rulesChanged: { priority: 6, wakes: false },
  notesChanged: { priority: 6, wakes: false },
  planChanged: { priority: 6, wakes: false },
  // By the queue manager, once everything else is in the queue: the last names what leaves next.
  thrashing: { priority: 7, wakes: false },
  memoryPressure: { priority: 8, wakes: false },
};

/** What follows a moment later from the model's edits: problems that language servers find. */
import type { OutsideEvent } from './ports';

/** Watches the edits of one process. */
export interface EditWatch {
  /** Functions are about to run: what is wrong now is no news afterwards. */
  before(): void;
  /** A file has been edited. @param path workspace path */
  edited(path: string): void;
  /**
   * Resolves when what followed from the edits so far is posted, or looked for long enough, or on abort.
   * @returns whether there is something the model should see before it ends its turn
   */
  settled(signal: AbortSignal): Promise<boolean>;
  dispose(): void;
}

/** @param post resolves when the event is durable; rejects with JournalError */
export type WatchEdits = (post: (event: OutsideEvent) => Promise<void>) => EditWatch;

/** A process's changes of files: the door they go through, the person's review of them, and the way back. */
import type { AgentParts } from '../AgentParts';
import type { SessionEvent } from '../events';
import type { ChangesShown } from '../OutputBuffer';
import type { SessionRecorder } from '../SessionRecorder';
import { Checkpoints } from './Checkpoints';
import { FileChanges } from './FileChanges';
import { Review } from './Review';
import type { PendingFile } from './WaitingFile';

export class WorkspaceChanges {
  readonly door: FileChanges;
  readonly review: Review;
  readonly checkpoints: Checkpoints;
  /** What waits, as it was shown last. */
  shown: readonly ChangesShown[] = [];

  private looking: Promise<void> | undefined;
  private again = false;

  /** @param show told of what waits whenever that is other than before */
  constructor(
    agent: AgentParts,
    private readonly recorder: SessionRecorder,
    private readonly show: (files: readonly ChangesShown[]) => void,
  ) {
    const { bounds, settings } = agent;
    const parent = bounds ? { parent: bounds.changes } : {};
    this.door = new FileChanges({ ...agent, recorder, mode: () => settings().mode, ...parent });
    const parts = { ...agent, recorder, changes: this.door };
    this.review = new Review(parts);
    this.checkpoints = new Checkpoints(parts);
  }

  take({ type }: SessionEvent): void {
    if (type === 'file.edited' || type === 'file.reviewed' || type === 'checkpoint.restored') this.look();
  }

  /** Files may have changed: looks at those that wait. */
  look(): void {
    if (this.recorder.state.changes.pending.size === 0 && this.shown.length === 0) return;
    this.again = true;
    this.looking ??= this.lookAgain().finally(() => {
      this.looking = undefined;
    });
  }

  /** Resolves when no change is under way. */
  async settled(): Promise<void> {
    await this.door.settled();
    await this.looking;
  }

  private async lookAgain(): Promise<void> {
    while (this.again) {
      this.again = false;
      // What cannot be read now is looked at with the next change.
      const files = await this.review.pending().catch(() => undefined);
      if (!files) continue;
      const shown = files.map(shownOf);
      if (JSON.stringify(shown) === JSON.stringify(this.shown)) continue;
      this.shown = shown;
      this.show(shown);
    }
  }
}

function shownOf({ path, change, from, added, removed, hunks, editedSince }: PendingFile): ChangesShown {
  const ids = hunks.map(({ id }) => id);
  return { path, change, ...(from === undefined ? {} : { from }), added, removed, hunks: ids, editedSince };
}

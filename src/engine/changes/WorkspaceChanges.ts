/** A process's changes of files: the door they go through, the person's review of them, and the way back. */
import type { AgentParts } from '../AgentParts';
import type { SessionEvent } from '../events';
import type { SessionRecorder } from '../SessionRecorder';
import { Checkpoints } from './Checkpoints';
import { FileChanges } from './FileChanges';
import { Review } from './Review';

const CHANGES: ReadonlySet<SessionEvent['type']> = new Set([
  'file.edited',
  'file.reviewed',
  'checkpoint.restored',
  'changes.taken',
  'changes.left',
]);

export class WorkspaceChanges {
  readonly door: FileChanges;
  readonly review: Review;
  readonly checkpoints: Checkpoints;

  /** @param changed told whenever what waits for the person may be other than before */
  constructor(
    agent: AgentParts,
    private readonly recorder: SessionRecorder,
    private readonly changed: () => void,
  ) {
    const { bounds, settings } = agent;
    const parent = bounds ? { parent: bounds.changes } : {};
    this.door = new FileChanges({ ...agent, recorder, mode: () => settings().mode, ...parent });
    const parts = { ...agent, recorder, changes: this.door };
    this.review = new Review(parts);
    this.checkpoints = new Checkpoints(parts);
  }

  take({ type }: SessionEvent): void {
    if (CHANGES.has(type)) this.changed();
  }

  /** Files of the workspace have changed: those that wait may be among them. */
  filesChanged(): void {
    if (this.recorder.state.changes.pending.size > 0) this.changed();
  }
}

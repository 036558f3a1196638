/**
 * Going back to where the files were before a turn edited them. A checkpoint is a place in the log: what the files were
 * then follows from the changes recorded since, whose texts are kept anyway.
 */
import { EditConflictError, UnknownCheckpointError } from '../errors';
import type { ChangedFile, CheckpointReason, PendingChange, SessionEventBody } from '../events';
import type { BlobHash, BlobStore, FileForm, LineDiff, WorkspaceFiles } from '../ports';
import type { SessionRecorder } from '../SessionRecorder';
import { type Checkpoint, pendingOf, type TouchedFile } from './ChangeLedger';
import type { FileChanges } from './FileChanges';
import { putBack, textNow } from './putBack';

export interface CheckpointInfo {
  /** Its id. */
  readonly seq: number;
  readonly turn: number;
  /** ms since the epoch */
  readonly at: number;
  /** The person's message that began the turn: rewinding to it takes the conversation back. */
  readonly prompt?: { readonly seq: number; readonly text: string };
  /** Made before files were put back, or before the chat went on from an earlier message; else by a turn that edits. */
  readonly why?: CheckpointReason;
  /** What was changed from there to the next. */
  readonly files: readonly { readonly path: string; readonly added: number; readonly removed: number }[];
}

/** A file that restoring would change. Texts undefined: no file. */
interface RestoredFile {
  readonly path: string;
  readonly before: string | undefined;
  readonly now: string | undefined;
  /** The person has changed it after the last change that is recorded: their text would be replaced. */
  readonly editedSince: boolean;
}

export interface CheckpointPreview {
  readonly files: readonly RestoredFile[];
  /** Binary files that would be moved back. */
  readonly moves: readonly { readonly from: string; readonly path: string }[];
}

export interface CheckpointsParts {
  readonly recorder: SessionRecorder;
  readonly changes: FileChanges;
  readonly files: WorkspaceFiles;
  readonly blobs: BlobStore;
  readonly lineDiff: LineDiff;
}

interface Planned extends RestoredFile {
  readonly form?: FileForm;
}

export class Checkpoints {
  /** Lines added and removed between two texts. */
  private readonly counts = new Map<string, { readonly added: number; readonly removed: number }>();

  constructor(private readonly parts: CheckpointsParts) {}

  /** Newest first. @throws JournalError */
  async list(): Promise<readonly CheckpointInfo[]> {
    const { changes } = this.parts.recorder.state;
    const infos: CheckpointInfo[] = [];
    for (const [index, { seq, turn, at, prompt, why }] of changes.checkpoints.entries()) {
      const { files, moves } = changes.since(seq, changes.checkpoints[index + 1]?.seq);
      const counted = await Promise.all(
        files.map(async (file) => ({ path: file.path, ...(await this.count(file)) })),
      );
      const moved = moves.map(({ path }) => ({ path, added: 0, removed: 0 }));
      const known = { seq, turn, at, ...(prompt && { prompt }), ...(why && { why }) };
      infos.push({ ...known, files: [...counted, ...moved] });
    }
    return infos.reverse();
  }

  /** @returns the first one after an event; undefined when no file was edited since */
  firstAfter(seq: number): number | undefined {
    return this.parts.recorder.state.changes.checkpoints.find((checkpoint) => checkpoint.seq > seq)?.seq;
  }

  /** What restoring its files would do now. @throws UnknownCheckpointError | JournalError */
  async preview(seq: number): Promise<CheckpointPreview> {
    const { files, moves } = await this.plan(this.checkpoint(seq));
    return {
      files: files.map(({ path, before, now, editedSince }) => ({ path, before, now, editedSince })),
      moves,
    };
  }

  /**
   * @returns a file's text as restoring would write it; undefined when it would not be there, or would not change
   * @throws UnknownCheckpointError | JournalError
   */
  async before(seq: number, path: string): Promise<string | undefined> {
    const { changes } = this.parts.recorder.state;
    const touched = changes.since(this.checkpoint(seq).seq).files.find((file) => file.path === path);
    const planned = touched && (await this.planned(touched));
    return planned?.before === planned?.now ? undefined : planned?.before;
  }

  /**
   * Makes the files what they were at the checkpoint, and a checkpoint of what they are now.
   * @param force also those that the person has changed since; their texts are kept, and come back with a later checkpoint
   * @throws EditConflictError naming them, without it: nothing is changed then | UnknownCheckpointError |
   *   OutsideWorkspaceError | UnreadableFileError | JournalError
   */
  restore(seq: number, { force = false }: { readonly force?: boolean } = {}): Promise<void> {
    const { changes } = this.parts;
    return changes.exclusively(async () => {
      const checkpoint = this.checkpoint(seq);
      const { files, moves } = await this.plan(checkpoint);
      const edited = files.filter(({ editedSince }) => editedSince).map(({ path }) => path);
      if (edited.length > 0 && !force) {
        throw new EditConflictError(
          `You have changed ${edited.join(', ')} since: restoring would replace that.`,
          'Look at the preview, and restore all the same if that is what you want.',
        );
      }
      if (files.length + moves.length === 0) return;
      const { recorder } = this.parts;
      await recorder.record({ type: 'checkpoint.created', turn: recorder.state.turn, why: 'restore' });
      const changed: ChangedFile[] = [];
      try {
        for (const { from, path } of [...moves].reverse()) {
          await this.parts.files.move(path, from);
          changed.push({ path: from, from: path });
        }
        for (const { path, before, now, form } of files)
          changed.push(await putBack(this.parts, path, now, before, form));
      } finally {
        // What was done before something failed was done.
        if (changed.length > 0) await recorder.record(restoredEvent(checkpoint, changed));
      }
    });
  }

  private checkpoint(seq: number): Checkpoint {
    const found = this.parts.recorder.state.changes.checkpoints.find((checkpoint) => checkpoint.seq === seq);
    if (found) return found;
    throw new UnknownCheckpointError('This chat has no such checkpoint.', 'Choose one of its list.');
  }

  private async plan({ seq }: Checkpoint) {
    const { files: port, recorder } = this.parts;
    const { files, moves } = recorder.state.changes.since(seq);
    const planned = await Promise.all(files.map((file) => this.planned(file)));
    const movable = await Promise.all(
      moves.map(async ({ from, path }) => {
        return (await port.version(path)) !== undefined && (await port.version(from)) === undefined;
      }),
    );
    return {
      files: planned.filter(({ before, now }) => before !== now),
      moves: moves.filter((_, index) => movable[index]),
    };
  }

  private async planned({ path, before, last, form }: TouchedFile): Promise<Planned> {
    const { blobs, files } = this.parts;
    const now = await textNow(files, path);
    const known = last === undefined ? undefined : await blobs.get(last);
    return {
      path,
      before: before === undefined ? undefined : await blobs.get(before),
      now,
      editedSince: now !== known,
      ...(form ? { form } : {}),
    };
  }

  private async count({ before, last }: TouchedFile): Promise<{ added: number; removed: number }> {
    const key = `${before} ${last}`;
    const known = this.counts.get(key);
    if (known) return known;
    const changes = this.parts.lineDiff(await this.text(before), await this.text(last));
    const counted = {
      added: changes.reduce((sum, { lines }) => sum + lines.length, 0),
      removed: changes.reduce((sum, { startLine, endLine }) => sum + endLine - startLine + 1, 0),
    };
    this.counts.set(key, counted);
    return counted;
  }

  private async text(hash: BlobHash | undefined): Promise<string> {
    return hash === undefined ? '' : this.parts.blobs.get(hash);
  }
}

/** What had waited at the checkpoint waits again. */
function restoredEvent(checkpoint: Checkpoint, changed: readonly ChangedFile[]): SessionEventBody {
  const pending = changed.flatMap(({ path, after }) => {
    const known = checkpoint.pending.get(path);
    const { last: _, ...rest }: PendingChange = known ?? {};
    const change = known && pendingOf({ ...rest, ...(after === undefined ? {} : { last: after }) });
    return change ? [{ path, ...change }] : [];
  });
  return { type: 'checkpoint.restored', checkpoint: checkpoint.seq, changed, pending };
}

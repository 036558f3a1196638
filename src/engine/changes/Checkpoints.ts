/**
 * Going back to where the files were before a turn edited them. A checkpoint is a place in the log: what the files were
 * then follows from the changes recorded since, whose texts are kept anyway.
 */
import { CheckpointGoneError, EditConflictError, UnknownCheckpointError } from '../errors';
import type { SessionEventBody } from '../events';
import type { BlobStore, ContentHasher, FileForm, LineDiff, WorkspaceFiles } from '../ports';
import type { SessionRecorder } from '../SessionRecorder';
import { type Checkpoint, pendingOf, type TouchedFile } from './ChangeLedger';
import type { ChangedFile, CheckpointReason, PendingChange } from './changeEvents';
import type { FileChanges } from './FileChanges';
import { keptText } from './keptText';
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
  /** What was changed from there to the next, lines counted where both texts are kept. */
  readonly files: readonly {
    readonly path: string;
    readonly added?: number;
    readonly removed?: number;
  }[];
  /** Its files cannot be restored: not all of their texts are kept any more. */
  readonly gone?: true;
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
  /** Files whose texts are no longer kept: as long as there are any, none can be restored. */
  readonly gone: readonly string[];
}

export interface CheckpointsParts {
  readonly recorder: SessionRecorder;
  readonly changes: FileChanges;
  readonly files: WorkspaceFiles;
  readonly blobs: BlobStore;
  readonly hash: ContentHasher;
  readonly lineDiff: LineDiff;
}

interface Planned extends RestoredFile {
  readonly form?: FileForm;
  /** Of a file whose changes waited at the checkpoint: the text without them. */
  readonly baseline?: string;
}

interface Counted {
  readonly added: number;
  readonly removed: number;
}

export class Checkpoints {
  /** Lines added and removed between two texts. */
  private readonly counts = new Map<string, Counted>();

  constructor(private readonly parts: CheckpointsParts) {}

  /** Newest first. @throws JournalError */
  async list(): Promise<readonly CheckpointInfo[]> {
    const { changes } = this.parts.recorder.state;
    const infos: CheckpointInfo[] = [];
    const gone = new Set<string>();
    let until: number | undefined;
    for (const { seq, turn, at, prompt, why } of [...changes.checkpoints].reverse()) {
      const { files, moves } = changes.since(seq, until);
      until = seq;
      const counted = await Promise.all(
        files.map(async (file) => {
          const { kept, ...lines } = await this.count(file);
          // What it was before its first change from here on is what would be restored.
          if (kept) gone.delete(file.path);
          else gone.add(file.path);
          return { path: file.path, ...lines };
        }),
      );
      const moved = moves.map(({ path }) => ({ path, added: 0, removed: 0 }));
      const known = { seq, turn, at, ...(prompt && { prompt }), ...(why && { why }) };
      infos.push({ ...known, files: [...counted, ...moved], ...(gone.size > 0 && { gone: true }) });
    }
    return infos;
  }

  /** @returns the first one after an event; undefined when no file was edited since */
  firstAfter(seq: number): number | undefined {
    return this.parts.recorder.state.changes.checkpoints.find((checkpoint) => checkpoint.seq > seq)?.seq;
  }

  /** What restoring its files would do now. @throws UnknownCheckpointError | JournalError */
  async preview(seq: number): Promise<CheckpointPreview> {
    // What is being undone is on the disk a moment before it is recorded: it would pass for the person's.
    await this.parts.changes.settled();
    const { files, moves, gone } = await this.plan(this.checkpoint(seq));
    return {
      files: files.map(({ path, before, now, editedSince }) => ({ path, before, now, editedSince })),
      moves,
      gone,
    };
  }

  /**
   * @returns a file's text as restoring would write it; undefined when it would not be there, would not change, or is
   *   no longer kept
   * @throws UnknownCheckpointError | JournalError
   */
  async before(seq: number, path: string): Promise<string | undefined> {
    const checkpoint = this.checkpoint(seq);
    const { files } = this.parts.recorder.state.changes.since(checkpoint.seq);
    const touched = files.find((file) => file.path === path);
    const planned = touched && (await this.planned(touched, checkpoint));
    return typeof planned === 'object' && !planned.form?.binary ? planned.before : undefined;
  }

  /**
   * Makes the files what they were at the checkpoint, and a checkpoint of what they are now.
   * @param force also those that the person has changed since; their texts are kept, and come back with a later checkpoint
   * @throws EditConflictError naming them, without it: nothing is changed then | CheckpointGoneError: likewise |
   *   UnknownCheckpointError | OutsideWorkspaceError | UnreadableFileError | JournalError
   */
  restore(seq: number, { force = false }: { readonly force?: boolean } = {}): Promise<void> {
    const { changes } = this.parts;
    return changes.exclusively(async () => {
      const checkpoint = this.checkpoint(seq);
      const { files, moves, gone } = await this.plan(checkpoint);
      if (gone.length > 0) {
        throw new CheckpointGoneError(
          `The texts that ${gone.join(', ')} had then are no longer kept: nothing was restored.`,
          'The oldest go first when all of them take more than virtualContext.checkpoints.maxMegabytes: raise it to keep more from now on.',
        );
      }
      const edited = files.filter(({ editedSince }) => editedSince).map(({ path }) => path);
      if (edited.length > 0 && !force) {
        throw new EditConflictError(
          `You have changed ${edited.join(', ')} since: restoring would replace that.`,
          'Look at the preview, and restore all the same if that is what you want.',
        );
      }
      // What will wait again is named by the log again.
      for (const { baseline } of files) if (baseline !== undefined) await this.parts.blobs.put(baseline);
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

  private async plan(checkpoint: Checkpoint) {
    const { files: port, recorder } = this.parts;
    const { files, moves } = recorder.state.changes.since(checkpoint.seq);
    const planned = await Promise.all(files.map((file) => this.planned(file, checkpoint)));
    const movable = await Promise.all(
      moves.map(async ({ from, path }) => {
        return (await port.version(path)) !== undefined && (await port.version(from)) === undefined;
      }),
    );
    return {
      files: planned.filter((file) => typeof file === 'object'),
      moves: moves.filter((_, index) => movable[index]),
      gone: planned.filter((file) => typeof file === 'string'),
    };
  }

  /** @returns its path when a text is no longer kept; undefined when it is what it was */
  private async planned(
    { path, before, last, form }: TouchedFile,
    { pending }: Checkpoint,
  ): Promise<Planned | string | undefined> {
    const { files, blobs, hash } = this.parts;
    const now = await textNow(files, path);
    const hashNow = now === undefined ? undefined : hash(now);
    if (hashNow === before) return undefined;
    const waited = pending.get(path)?.baseline;
    const [then, baseline] = await Promise.all([keptText(blobs, before), keptText(blobs, waited)]);
    if ((before !== undefined && then === undefined) || (waited !== undefined && baseline === undefined))
      return path;
    return {
      path,
      before: then,
      now,
      editedSince: hashNow !== last,
      ...(form ? { form } : {}),
      ...(baseline === undefined ? {} : { baseline }),
    };
  }

  /** @returns also whether the text before is kept */
  private async count({ before, last }: TouchedFile): Promise<Partial<Counted> & { readonly kept: boolean }> {
    const { blobs, lineDiff } = this.parts;
    // The sweep may have taken it since it was counted.
    const then = await keptText(blobs, before);
    const kept = before === undefined || then !== undefined;
    if (!kept) return { kept };
    const key = `${before} ${last}`;
    const known = this.counts.get(key);
    if (known) return { ...known, kept };
    const later = await keptText(blobs, last);
    if (last !== undefined && later === undefined) return { kept };
    const changes = lineDiff(then ?? '', later ?? '');
    const counted = {
      added: changes.reduce((sum, { lines }) => sum + lines.length, 0),
      removed: changes.reduce((sum, { startLine, endLine }) => sum + endLine - startLine + 1, 0),
    };
    this.counts.set(key, counted);
    return { ...counted, kept };
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

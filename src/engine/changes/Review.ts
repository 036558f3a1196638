/** The person's review of the model's changes: what waits, hunk by hunk, and keeping or undoing it. */
import { describeError, UnknownHunkError } from '../errors';
import type { SessionEventBody } from '../events';
import { splitLines } from '../filePages';
import type { SessionRecorder } from '../SessionRecorder';
import { pendingOf } from './ChangeLedger';
import type { ChangedFile, PendingChange } from './changeEvents';
import type { FileChanges } from './FileChanges';
import { type PendingRegion, withRegions } from './pendingRegions';
import { putBack } from './putBack';
import {
  describeWaiting,
  type PendingFile,
  readWaiting,
  type WaitingFile,
  type WaitingParts,
} from './WaitingFile';

/** What was not undone, and why. */
export interface RefusedUndo {
  readonly path: string;
  readonly reason: string;
}

export interface ReviewParts extends WaitingParts {
  readonly recorder: SessionRecorder;
  readonly changes: FileChanges;
}

const GONE = 'The file is not there any more.';

export class Review {
  constructor(private readonly parts: ReviewParts) {}

  /** What waits, as the files are now. @throws JournalError */
  async pending(): Promise<readonly PendingFile[]> {
    const waiting = await this.waiting(undefined);
    return waiting.flatMap((file) => describeWaiting(file, this.parts.hash) ?? []);
  }

  /** @returns the file without the changes that wait; undefined when there was none, or nothing waits. @throws JournalError */
  async baseline(path: string): Promise<string | undefined> {
    const [file] = await this.waiting(path);
    if (file?.baseline === undefined || file.last === undefined || file.now === undefined)
      return file?.change.form?.binary ? undefined : file?.baseline;
    return withRegions(file.now, file.regions, ({ old }) => old);
  }

  /**
   * Nothing of it waits any more.
   * @param path default: every file @param hunk default: all of the file
   * @throws UnknownHunkError | JournalError
   */
  keep(path?: string, hunk?: string): Promise<void> {
    return this.parts.changes.exclusively(async () => {
      const bodies: SessionEventBody[] = [];
      for (const file of await this.waiting(path)) {
        const kept = hunk === undefined ? undefined : this.regionOf(file, hunk);
        const pending = kept && (await this.leaving(file, [kept], 'kept'));
        bodies.push({
          type: 'file.reviewed',
          path: file.path,
          decision: 'kept',
          ...(pending && { pending }),
        });
      }
      if (bodies.length > 0) await this.parts.recorder.record(...bodies);
    });
  }

  /**
   * Makes files what they were without the model's changes. What the person has changed since stays.
   * @param path default: every file @param hunk default: all of the file
   * @returns what stayed, and why
   * @throws UnknownHunkError | JournalError
   */
  undo(path?: string, hunk?: string): Promise<readonly RefusedUndo[]> {
    return this.parts.changes.exclusively(async () => {
      const refused: RefusedUndo[] = [];
      // The latest first: a file may have been moved to where another was.
      for (const file of [...(await this.waiting(path))].reverse()) {
        const one = hunk === undefined ? undefined : this.regionOf(file, hunk);
        try {
          const reason = one ? await this.undoRegions(file, [one]) : await this.undoFile(file);
          if (reason !== undefined) refused.push({ path: file.path, reason });
        } catch (error) {
          refused.push({ path: file.path, reason: describeError(error) });
        }
      }
      return refused.reverse();
    });
  }

  private async waiting(path: string | undefined): Promise<readonly WaitingFile[]> {
    const { pending } = this.parts.recorder.state.changes;
    const chosen = [...pending].filter(([name]) => path === undefined || name === path);
    const files = await Promise.all(chosen.map(([name, change]) => readWaiting(this.parts, name, change)));
    return files.filter((file) => file !== undefined);
  }

  /** @returns undefined of a file that is new or gone: its one hunk is the file. @throws UnknownHunkError */
  private regionOf(file: WaitingFile, hunk: string): PendingRegion | undefined {
    const shown = describeWaiting(file, this.parts.hash)?.hunks ?? [];
    const index = shown.findIndex(({ id }) => id === hunk);
    if (index >= 0) return file.regions[index];
    throw new UnknownHunkError(
      `These lines of ${file.path} have changed since they were shown.`,
      'Look at the file again.',
    );
  }

  /** @returns why it stays, or a part of it */
  private async undoFile(file: WaitingFile): Promise<string | undefined> {
    const { path, change, baseline, last, now } = file;
    if (change.from !== undefined) return this.undoMove(file, change.from);
    if (baseline !== undefined && last !== undefined) return this.undoRegions(file, file.regions);
    if (now !== last) {
      if (now === undefined) return GONE;
      return last === undefined
        ? 'There is a file by this name again: move it away, then undo the deletion.'
        : 'You have changed the file since it was created: delete it yourself if you do not want it.';
    }
    await this.recordUndone(path, [await putBack(this.parts, path, now, baseline, change.form)]);
    return undefined;
  }

  private async undoMove(file: WaitingFile, from: string): Promise<string | undefined> {
    const { path, now, regions } = file;
    const { files, blobs } = this.parts;
    if ((await files.version(path)) === undefined) return GONE;
    if (regions.some(({ mixed }) => mixed))
      return 'You have changed lines that the assistant had changed: undo the others one by one, or move it back yourself.';
    await files.move(path, from);
    const text = now === undefined ? undefined : await blobs.put(now);
    const moved = { path: from, from: path, ...(text === undefined ? {} : { before: text, after: text }) };
    const edits: ChangedFile[] = [];
    if (now !== undefined && regions.length > 0) {
      const back = withRegions(now, regions, ({ old }) => old);
      edits.push(await putBack(this.parts, from, now, back));
    }
    await this.recordUndone(path, [moved, ...edits]);
    return undefined;
  }

  private async undoRegions(
    file: WaitingFile,
    regions: readonly PendingRegion[],
  ): Promise<string | undefined> {
    const { path, now } = file;
    if (now === undefined) return GONE;
    const free = regions.filter(({ mixed }) => !mixed);
    if (free.length > 0) {
      const back = withRegions(now, free, ({ old }) => old);
      const pending = await this.leaving(file, free, 'undone');
      await this.recordUndone(path, [await putBack(this.parts, path, now, back)], pending);
    }
    if (free.length === regions.length) return undefined;
    const mixed = regions.filter((region) => region.mixed).map(({ start, end }) => `${start + 1}-${end}`);
    return `You have changed lines ${mixed.join(', ')} after the assistant did: they stay as they are. Keep them, or edit them yourself.`;
  }

  /** @returns what waits once these regions are settled: lines of both stay told apart */
  private async leaving(
    { now = '', regions, change }: WaitingFile,
    settled: readonly PendingRegion[],
    decision: 'kept' | 'undone',
  ): Promise<PendingChange | undefined> {
    const { blobs } = this.parts;
    const lines = splitLines(now);
    const linesNow = ({ start, end }: PendingRegion) => lines.slice(start, end);
    const text = (put: (region: PendingRegion) => readonly string[]) =>
      withRegions(now, regions, (region) => {
        if (!settled.includes(region)) return put(region);
        return decision === 'kept' ? linesNow(region) : region.old;
      });
    const last = text((region) => (region.mixed ? region.last : linesNow(region)));
    return pendingOf({
      ...(change.from === undefined ? {} : { from: change.from }),
      ...(change.chat === undefined ? {} : { chat: change.chat }),
      baseline: await blobs.put(text(({ old }) => old)),
      last: await blobs.put(last),
    });
  }

  private async recordUndone(
    path: string,
    changed: readonly ChangedFile[],
    pending?: PendingChange,
  ): Promise<void> {
    await this.parts.recorder.record({
      type: 'file.reviewed',
      path,
      decision: 'undone',
      changed,
      ...(pending && { pending }),
    });
  }
}

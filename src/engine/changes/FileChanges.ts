/**
 * The one door through which changes of files go: the texts before and after are kept, the first of a turn makes a
 * checkpoint, and each is recorded once it is made.
 */
import { JournalError } from '../errors';
import type { EventOf, SessionEventBody } from '../events';
import type { AgentMode } from '../modes';
import type {
  BlobHash,
  BlobStore,
  ContentHasher,
  FileForm,
  FileSnapshot,
  LineDiff,
  WorkspaceFiles,
} from '../ports';
import type { SessionRecorder } from '../SessionRecorder';
import type { PendingChange } from './changeEvents';
import { keptText } from './keptText';
import { madeMeanwhile } from './madeMeanwhile';
import { pendingRegions, withRegions } from './pendingRegions';

/** What the model does to a file. Texts are the whole file's. */
export type FileChange =
  /** `before` missing: the file is created. */
  | { readonly kind: 'write'; readonly path: string; readonly before?: string; readonly after: string }
  /** `binary`: it is no text, and `before` the base64 of its bytes. */
  | { readonly kind: 'delete'; readonly path: string; readonly before: string; readonly binary?: true }
  /** `text` missing: it is binary. */
  | { readonly kind: 'move'; readonly path: string; readonly from: string; readonly text?: string };

export interface FileChangesParts {
  readonly recorder: SessionRecorder;
  readonly files: WorkspaceFiles;
  readonly blobs: BlobStore;
  readonly hash: ContentHasher;
  readonly lineDiff: LineDiff;
  readonly mode: () => AgentMode;
  /** Of a sub-agent: the door of the chat that the person sees, where its changes are reviewed. */
  readonly parent?: FileChanges;
}

export interface MadeChange {
  /** `unsaved`: only an editor holds it. */
  readonly written: 'saved' | 'unsaved';
  /** What was written, as the file is then: saving may have formatted it. Undefined when it cannot be read. */
  readonly now: FileSnapshot | undefined;
}

type Edited = Extract<SessionEventBody, { type: 'file.edited' }>;
type Intended = Extract<SessionEventBody, { type: 'file.editing' }>;

export class FileChanges {
  private tail: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: FileChangesParts) {}

  /** Runs `act` when no other change of files is under way. */
  exclusively<Result>(act: () => Promise<Result>): Promise<Result> {
    const done = this.tail.then(act);
    this.tail = done.catch(() => undefined);
    return done;
  }

  /** Resolves when no change is under way. */
  async settled(): Promise<void> {
    await this.tail;
  }

  /**
   * @param basedOn addresses of the pages it was made from
   * @param review whether it waits for the person in every mode
   * @throws EditConflictError when the file is another by now | OutsideWorkspaceError | UnreadableFileError | JournalError
   */
  async make(change: FileChange, basedOn: readonly string[], review = false): Promise<MadeChange> {
    const { written, now } = await this.makeAndTell(change, basedOn, review);
    return { written, now };
  }

  /**
   * After a crash: a change that was made and not recorded is recorded, so that it waits for the person and can be undone.
   * As long as its texts cannot be read that stays open.
   * @throws JournalError
   */
  recover(): Promise<void> {
    return this.exclusively(async () => {
      const { recorder, parent } = this.parts;
      const intended = recorder.state.changes.unsettled;
      if (!intended || parent) return;
      let outcome: SessionEventBody;
      try {
        outcome = await this.outcomeOf(intended);
      } catch (error) {
        if (error instanceof JournalError) return;
        throw error;
      }
      await recorder.record(outcome);
    });
  }

  private async outcomeOf(intended: EventOf<'file.editing'>): Promise<SessionEventBody> {
    const change = await madeMeanwhile(intended, this.parts);
    if (!change) return { type: 'file.notEdited', path: intended.path };
    const form = intended.binary && { binary: true as const };
    return this.edited(change, { after: afterOf(change), form }, intended);
  }

  private async makeAndTell(
    change: FileChange,
    basedOn: readonly string[],
    review: boolean,
  ): Promise<MadeChange & { readonly event: Edited }> {
    const { recorder, parent } = this.parts;
    if (parent) {
      const made = await parent.makeAndTell(change, basedOn, review);
      await recorder.record(made.event);
      return made;
    }
    return this.exclusively(() => this.makeNow(change, basedOn, review));
  }

  private async makeNow(
    change: FileChange,
    basedOn: readonly string[],
    review: boolean,
  ): Promise<MadeChange & { readonly event: Edited }> {
    const { recorder, blobs, hash, mode } = this.parts;
    const { state } = recorder;
    const { kind, path } = change;
    const [before, after] = [beforeOf(change), kind === 'write' ? change.after : undefined];
    const kept = mode() === 'auto' && !review;
    const turn = state.openTurn ?? state.turn;
    const intended: Intended = {
      type: 'file.editing',
      kind,
      path,
      ...(kind === 'move' ? { from: change.from } : {}),
      ...(before === undefined ? {} : { before: hash(before) }),
      ...(after === undefined ? {} : { after: hash(after) }),
      ...(kind === 'delete' && change.binary ? { binary: true } : {}),
      basedOn,
      ...(kept ? { kept } : {}),
    };
    // Whatever happens from here on, the text before is kept, and a crash cannot make the change look like the person's.
    await Promise.all([
      before === undefined ? undefined : blobs.put(before),
      after === undefined ? undefined : blobs.put(after),
      recorder.record(
        ...(state.changes.checkpointOf(turn) ? [] : [{ type: 'checkpoint.created', turn } as const]),
        intended,
      ),
    ]);
    const { written, now, ...made } = await this.apply(change).catch(async (error: unknown) => {
      await recorder.record({ type: 'file.notEdited', path }).catch(() => undefined);
      throw error;
    });
    const event = await this.edited(change, made, intended);
    await recorder.record(event);
    return { written, now, event };
  }

  /** @returns what is recorded of it; the texts it names are durable */
  private async edited(
    change: FileChange,
    { after, form }: { readonly after: string | undefined; readonly form?: FileForm | undefined },
    { before: hash, basedOn, kept }: Intended,
  ): Promise<Edited> {
    const { blobs } = this.parts;
    const before = beforeOf(change);
    const baseline = await this.baseline(change, before, after, kept === true);
    return {
      type: 'file.edited',
      path: change.path,
      ...(change.kind === 'move' ? { from: change.from } : {}),
      ...(before === undefined || hash === undefined ? {} : { before: hash }),
      ...(after === undefined ? {} : { after: await blobs.put(after) }),
      ...(form ? { form } : {}),
      ...(baseline === undefined ? {} : { baseline }),
      ...(kept ? { kept } : {}),
      basedOn,
    };
  }

  private async apply(change: FileChange) {
    const { files } = this.parts;
    if (change.kind === 'delete') {
      const form = await files.remove(change.path, change.before, change.binary);
      return { written: 'saved' as const, now: undefined, after: undefined, form };
    }
    if (change.kind === 'move') {
      const form = await files.move(change.from, change.path);
      return { written: 'saved' as const, now: undefined, after: change.text, form };
    }
    const written = await files.write(change.path, change.before, change.after);
    const now = await files.read(change.path, new AbortController().signal).catch(() => undefined);
    return { written, now, after: now?.text ?? change.after, form: undefined };
  }

  /**
   * The text that a change which waits is compared with takes in what the person has done since, and what need not be
   * reviewed. @returns undefined when it stays as it is
   */
  private async baseline(
    change: FileChange,
    before: string | undefined,
    after: string | undefined,
    kept: boolean,
  ): Promise<BlobHash | undefined> {
    const { blobs, recorder } = this.parts;
    const known = recorder.state.changes.pending.get(change.kind === 'move' ? change.from : change.path);
    const texts = known && before !== undefined && (await this.textsOf(known));
    if (!texts) return undefined;
    // What it was compared with is no longer kept: from here on it is compared with what it is now.
    if (texts === 'gone') return blobs.put(before);
    // What they rewrote of it is theirs from now on.
    let baseline = this.rebased(texts.baseline, texts.last, before);
    if (kept && after !== undefined) baseline = this.rebased(baseline, before, after);
    return baseline === texts.baseline ? undefined : blobs.put(baseline);
  }

  /** @returns `baseline` with what leads from `last` to `now` */
  private rebased(baseline: string, last: string, now: string): string {
    if (last === now) return baseline;
    const regions = pendingRegions(baseline, last, now, this.parts.lineDiff);
    const ours = regions.filter(({ mixed }) => !mixed);
    return withRegions(now, ours, ({ old }) => old);
  }

  private async textsOf(change: PendingChange) {
    if (change.baseline === undefined || change.last === undefined) return undefined;
    const { blobs } = this.parts;
    const baseline = await keptText(blobs, change.baseline);
    const last = await keptText(blobs, change.last);
    return baseline === undefined || last === undefined ? 'gone' : { baseline, last };
  }
}

/** The text that there was; undefined: none, or a binary file. */
function beforeOf(change: FileChange): string | undefined {
  return change.kind === 'move' ? change.text : change.before;
}

function afterOf(change: FileChange): string | undefined {
  if (change.kind === 'delete') return undefined;
  return change.kind === 'move' ? change.text : change.after;
}

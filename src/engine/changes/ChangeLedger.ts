/** What the model and the person's reviews have done to files, folded from events: what waits, and the checkpoints. */
import type { EventOf, SessionEvent } from '../events';
import type { BlobHash, FileForm } from '../ports';
import type { ChangedFile, CheckpointReason, PendingChange, PendingPath } from './changeEvents';

export interface Checkpoint {
  /** Sequence number of its `checkpoint.created`. */
  readonly seq: number;
  readonly turn: number;
  /** ms since the epoch */
  readonly at: number;
  /** The message of the person's that began the turn. */
  readonly prompt?: { readonly seq: number; readonly text: string };
  /** Not made by a turn's first edit. */
  readonly why?: CheckpointReason;
  /** What waited then, by path. */
  readonly pending: ReadonlyMap<string, PendingChange>;
}

/** A file touched since a checkpoint. Texts absent: there was, or is, no file. */
export interface TouchedFile {
  readonly path: string;
  /** At the checkpoint. */
  readonly before?: BlobHash;
  readonly form?: FileForm;
  /** As the last of the changes left it. */
  readonly last?: BlobHash;
}

export interface Since {
  readonly files: readonly TouchedFile[];
  /** Binary files that were moved, in this order. */
  readonly moves: readonly { readonly from: string; readonly path: string }[];
}

/** What the model has not been told. */
export interface ReviewNews {
  readonly texts: readonly string[];
  /** Sequence number of the last event told. */
  readonly through: number;
}

export class ChangeLedger {
  private waiting: ReadonlyMap<string, PendingChange> = new Map();
  private readonly made: { readonly seq: number; readonly change: ChangedFile }[] = [];
  private readonly list: Checkpoint[] = [];
  private prompt: EventOf<'message.user'> | undefined;
  private intended: EventOf<'file.editing'> | undefined;
  private untold: { readonly seq: number; readonly text: string }[] = [];

  /** Changes that wait for the person, by path, the latest last. */
  get pending(): ReadonlyMap<string, PendingChange> {
    return this.waiting;
  }

  /** Oldest first. */
  get checkpoints(): readonly Checkpoint[] {
    return this.list;
  }

  /** A change of a file that was about to be made, and of which nothing more was recorded. */
  get unsettled(): EventOf<'file.editing'> | undefined {
    return this.intended;
  }

  apply(event: SessionEvent): void {
    switch (event.type) {
      case 'session.forked':
      case 'file.notEdited':
        this.intended = undefined;
        return;
      case 'file.editing':
        this.intended = event;
        return;
      case 'message.user':
        if (this.prompt?.turn !== event.turn) this.prompt = event;
        return;
      case 'checkpoint.created': {
        const { seq, turn, at, why, waiting } = event;
        const said = why === undefined && this.prompt?.turn === turn ? this.prompt : undefined;
        const prompt = said && { seq: said.seq, text: said.text };
        const pending = waiting ? byPath(waiting) : this.waiting;
        this.list.push({ seq, turn, at, pending, ...(prompt && { prompt }), ...(why && { why }) });
        return;
      }
      case 'changes.taken':
        this.waiting = byPath(event.pending);
        this.made.push(...event.changed.map((change) => ({ seq: event.seq, change })));
        return;
      case 'changes.left':
        this.waiting = replaced(this.waiting, event.paths, []);
        return;
      case 'file.edited':
        this.intended = undefined;
        this.made.push({ seq: event.seq, change: event });
        this.waiting = withEdit(this.waiting, event);
        return;
      case 'file.reviewed': {
        const { seq, path, pending, changed = [], decision } = event;
        this.waiting = replaced(this.waiting, [path], pending ? [[path, pending]] : []);
        this.made.push(...changed.map((change) => ({ seq, change })));
        const what = pending ? 'a part of your changes' : 'your changes';
        if (decision === 'undone') this.untold.push({ seq, text: `The person undid ${what} of ${path}.` });
        return;
      }
      case 'checkpoint.restored': {
        const { seq, changed, pending } = event;
        const paths = changed.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from]));
        this.waiting = replaced(this.waiting, paths, [...byPath(pending)]);
        this.made.push(...changed.map((change) => ({ seq, change })));
        const names = changed.map(({ path }) => path).join(', ');
        const place = this.list.find((checkpoint) => checkpoint.seq === event.checkpoint);
        const then = place?.why
          ? 'as they had been'
          : `as they were before your edits of turn ${place?.turn}`;
        this.untold.push({ seq, text: `The person put files back ${then}: ${names}.` });
        return;
      }
      case 'interrupt':
        if (event.reviewThrough !== undefined) this.told(event.reviewThrough);
    }
  }

  /** @returns the turn's checkpoint; undefined before its first edit */
  checkpointOf(turn: number): Checkpoint | undefined {
    const last = this.list.at(-1);
    return last?.turn === turn && last.why === undefined ? last : undefined;
  }

  /** @param until sequence number of a later checkpoint; default: everything made since */
  since(checkpoint: number, until = Number.POSITIVE_INFINITY): Since {
    const files = new Map<string, TouchedFile>();
    const moves: { from: string; path: string }[] = [];
    const touch = (
      path: string,
      before: BlobHash | undefined,
      last: BlobHash | undefined,
      form?: FileForm,
    ) => {
      const known = files.get(path);
      const first = known ?? { path, ...(before ? { before } : {}), ...(form ? { form } : {}) };
      const { last: _, ...rest } = first;
      files.set(path, { ...rest, ...(last ? { last } : {}) });
    };
    for (const { seq, change } of this.made) {
      if (seq <= checkpoint || seq >= until) continue;
      const { path, from, before, after, form } = change;
      if (from === undefined) touch(path, before, after, form);
      else if (before === undefined && after === undefined) moves.push({ from, path });
      else {
        touch(from, before, undefined, form);
        touch(path, undefined, after);
      }
    }
    return { files: [...files.values()], moves };
  }

  news(): ReviewNews | undefined {
    const last = this.untold.at(-1);
    return last && { texts: this.untold.map(({ text }) => text), through: last.seq };
  }

  private told(through: number): void {
    this.untold = this.untold.filter(({ seq }) => seq > through);
  }
}

function byPath(changes: readonly PendingPath[]): ReadonlyMap<string, PendingChange> {
  return new Map(changes.map(({ path, ...change }) => [path, change]));
}

function withEdit(
  waiting: ReadonlyMap<string, PendingChange>,
  event: EventOf<'file.edited'>,
): ReadonlyMap<string, PendingChange> {
  const { path, from, before, after, form, kept } = event;
  const source = from ?? path;
  const known = waiting.get(source);
  if (kept && !known) return waiting;
  const isNew = known !== undefined && known.from === undefined && known.baseline === undefined;
  // Of a binary file that was only moved no text was kept.
  const unknown = known?.from !== undefined && known.baseline === undefined;
  const baseline = event.baseline ?? (known && !unknown ? known.baseline : before);
  if (from === undefined && after === undefined) {
    // What was moved and is then deleted is missing where it came from.
    const place = known?.from ?? path;
    const last = place === path ? undefined : waiting.get(place)?.last;
    const gone = { ...mapped('baseline', baseline), ...mapped('last', last), ...mapped('form', form) };
    return replaced(waiting, [path], isNew || kept ? [] : [[place, gone]]);
  }
  const origin = known?.from ?? (kept || isNew ? undefined : from);
  const change = pendingOf({
    ...(origin === path ? {} : mapped('from', origin)),
    ...mapped('baseline', baseline),
    ...mapped('last', after),
  });
  return replaced(waiting, [source, path], change ? [[path, change]] : []);
}

/** @returns undefined when nothing is left to judge */
export function pendingOf(change: PendingChange): PendingChange | undefined {
  return change.from === undefined && change.baseline === change.last ? undefined : change;
}

function mapped<Key extends string, Value>(key: Key, value: Value | undefined) {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value };
}

function replaced(
  waiting: ReadonlyMap<string, PendingChange>,
  paths: readonly string[],
  entries: readonly (readonly [string, PendingChange])[],
): ReadonlyMap<string, PendingChange> {
  const next = new Map(waiting);
  for (const path of paths) next.delete(path);
  for (const [path, change] of entries) next.set(path, change);
  return next;
}

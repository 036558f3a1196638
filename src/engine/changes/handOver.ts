/** What waits for the person goes along when one session takes the place of another: a file is judged once, wherever it was changed. */
import type { SessionEventBody } from '../events';
import type { SessionRecorder } from '../SessionRecorder';
import type { Checkpoint } from './ChangeLedger';
import type { ChangedFile, PendingChange, PendingPath } from './changeEvents';

/**
 * Crash-safe: between the two logs it waits in both.
 * @param left is idle
 * @param through the last event of `left` that `next` inherits, where it goes on from there
 * @throws JournalError
 */
export async function handOver(
  left: SessionRecorder,
  next: SessionRecorder,
  through: number | undefined,
): Promise<void> {
  const own = next.state.changes.pending;
  // Two windows may have changed a file; what one of them shows is judged there.
  const given = [...left.state.changes.pending].filter(
    ([path, { from }]) => through !== undefined || !(own.has(path) || (from !== undefined && own.has(from))),
  );
  const since = through === undefined ? undefined : changedSince(left, through);
  if (given.length > 0 || since || (through !== undefined && own.size > 0)) {
    const taken = given.map(([path, change]) => pathOf(path, named(change, own.get(path), left, next)));
    const kept = through === undefined ? [...own].map(([path, change]) => pathOf(path, change)) : [];
    const event: SessionEventBody = {
      type: 'changes.taken',
      from: left.state.session,
      changed: since?.changed ?? [],
      pending: [...kept, ...taken],
    };
    await next.record(...(since ? [checkpointOf(since.place, next.state.turn)] : []), event);
  }
  const paths = given.map(([path]) => path);
  if (paths.length > 0) await left.record({ type: 'changes.left', to: next.state.session, paths });
}

/** @returns what was done to files that `next` knows nothing of; undefined when they are what they were */
function changedSince({ state: { changes } }: SessionRecorder, through: number) {
  // What was put back on the way can be had again.
  const last = changes.checkpoints.at(-1);
  const place = last && last.seq > through && last.why === 'restore' ? last : undefined;
  const { files, moves } = changes.since(place?.seq ?? through);
  const changed: ChangedFile[] = [
    ...moves,
    ...files.flatMap(({ path, before, last: after, form }) =>
      before === after
        ? []
        : [{ path, ...(before && { before }), ...(after && { after }), ...(form && { form }) }],
    ),
  ];
  return changed.length === 0 ? undefined : { changed, place };
}

function checkpointOf(place: Checkpoint | undefined, turn: number): SessionEventBody {
  if (!place) return { type: 'checkpoint.created', turn, why: 'branch' };
  const waiting = [...place.pending].map(([path, change]) => pathOf(path, change));
  return { type: 'checkpoint.created', turn, why: 'restore', waiting };
}

/** With the session that made it, unless that is the one it comes to. */
function named(
  change: PendingChange,
  own: PendingChange | undefined,
  left: SessionRecorder,
  next: SessionRecorder,
): PendingChange {
  const { chat = left.state.session, ...rest } = change;
  const maker = own && own.last === change.last ? own.chat : chat;
  return maker === undefined || maker === next.state.session ? rest : { ...rest, chat: maker };
}

function pathOf(path: string, change: PendingChange): PendingPath {
  return { path, ...change };
}

/** Which texts the logs of a store name, and for what. */
import { readdir } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { ChangeLedger } from '../engine/changes/ChangeLedger';
import type { EventOf, SessionEvent } from '../engine/events';
import type { BlobHash } from '../engine/ports';
import { SAFE_MS } from './blobFiles';
import { errorCode, journalError } from './durableFiles';
import { LogParser, readLogLines } from './logLines';
import { isSessionId, sessionLogPath, trashFolder } from './sessionFiles';

/** No log names it. */
export const UNNAMED = Number.NEGATIVE_INFINITY;
/** A request is rebuilt from it, or the person has yet to review what was made of it. */
export const NEEDED = Number.POSITIVE_INFINITY;

/** Events that tell what files were, not what the model saw. */
const CHANGES = [
  'session.forked',
  'file.editing',
  'file.notEdited',
  'file.edited',
  'file.reviewed',
  'checkpoint.created',
  'checkpoint.restored',
  'changes.taken',
  'changes.left',
] as const;
type Change = EventOf<(typeof CHANGES)[number]>;
const MARKS = CHANGES.map((type) => `"type":"${type}"`);
/** The type stands near the beginning of a line. */
const HEAD_CHARS = 200;
const HASH = /[0-9a-f]{64}/g;

interface SessionChanges {
  readonly forked?: EventOf<'session.forked'>;
  readonly changes: readonly Change[];
}

/**
 * @param dir folder of all sessions; those in the trash count
 * @param hashes of the blobs that are asked about
 * @param now ms since the epoch
 * @returns of each blob `UNNAMED`, `NEEDED`, or when a checkpoint or a change was made last that names it, ms since the
 *   epoch; undefined when there is no session at all
 * @throws JournalError when a log cannot be read: what it names is not known then
 */
export async function namedBlobs(
  dir: string,
  hashes: Iterable<BlobHash>,
  now: number,
): Promise<ReadonlyMap<BlobHash, number> | undefined> {
  const named = new NamedBlobs(hashes, now);
  const homes = [dir, trashFolder(dir), dir];
  const read = new Set<string>();
  // Sessions move to the trash and back meanwhile: until none is found that was not read.
  for (let found = true; found; ) {
    found = false;
    for (const home of homes) {
      for (const id of await sessionNames(home)) {
        const path = sessionLogPath(home, id);
        if (read.has(path) || !(await named.read(path, id))) continue;
        read.add(path);
        found = true;
      }
    }
  }
  if (read.size === 0) return undefined;
  await named.fold();
  return named.latest;
}

class NamedBlobs {
  readonly latest: Map<BlobHash, number>;
  private readonly sessions = new Map<string, SessionChanges>();

  /** @param now ms since the epoch */
  constructor(
    hashes: Iterable<BlobHash>,
    private readonly now: number,
  ) {
    this.latest = new Map(Array.from(hashes, (hash) => [hash, UNNAMED]));
  }

  /** @returns false when there is no log. @throws JournalError */
  async read(path: string, id: string): Promise<boolean> {
    const parser = new LogParser();
    const changes: Change[] = [];
    let forked: EventOf<'session.forked'> | undefined;
    try {
      for await (const line of readLogLines(path)) {
        const text = line.bytes.toString('latin1');
        const head = text.slice(0, HEAD_CHARS);
        const isChange = MARKS.some((mark) => head.includes(mark));
        const event = line.number === 1 || isChange ? parser.parse(line) : undefined;
        if (event?.type === 'session.forked') forked = event;
        if (event && isChangeEvent(event)) changes.push(slim(event));
        // What cannot be read may be anything.
        const at = event && isChangeEvent(event) ? event.at : NEEDED;
        for (const [hash] of text.matchAll(HASH)) this.name(hash, at);
      }
    } catch (error) {
      // Moved this moment, or no session; a file among the sessions is none.
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return false;
      throw journalError(`The session log ${path} could not be read`, error);
    }
    this.sessions.set(id, { ...(forked ? { forked } : {}), changes });
    return true;
  }

  /** What waits for review is needed, and what a crash left undecided; what waited at a checkpoint is as old as that. */
  async fold(): Promise<void> {
    for (const [id, { forked }] of this.sessions) {
      // What a sub-agent changes is reviewed where it was started.
      if (forked?.kind === 'process') continue;
      const ledger = new ChangeLedger();
      for (const change of this.lineage(id)) {
        // What was handed over lately waits where its log may have been read before.
        if (change.type === 'changes.left' && this.now - change.at < SAFE_MS) this.nameWaiting(ledger);
        ledger.apply(change);
      }
      this.nameWaiting(ledger);
      const { before, after } = ledger.unsettled ?? {};
      this.nameAll([before, after], NEEDED);
      for (const { at, pending } of ledger.checkpoints) {
        for (const { baseline, last } of pending.values()) this.nameAll([baseline, last], at);
      }
      await setImmediate();
    }
  }

  private lineage(id: string, through = Number.POSITIVE_INFINITY, seen = new Set<string>()): Change[] {
    const session = this.sessions.get(id);
    // A log that goes on from itself is damaged.
    if (!session || seen.has(id)) return [];
    seen.add(id);
    const { forked, changes } = session;
    const inherited = forked ? this.lineage(forked.from, Math.min(through, forked.through), seen) : [];
    return [...inherited, ...changes.filter(({ seq }) => seq <= through)];
  }

  private nameWaiting({ pending }: ChangeLedger): void {
    for (const { baseline, last } of pending.values()) this.nameAll([baseline, last], NEEDED);
  }

  private nameAll(hashes: readonly (BlobHash | undefined)[], at: number): void {
    for (const hash of hashes) if (hash !== undefined) this.name(hash, at);
  }

  private name(hash: BlobHash, at: number): void {
    const known = this.latest.get(hash);
    if (known !== undefined && known < at) this.latest.set(hash, at);
  }
}

function isChangeEvent(event: SessionEvent): event is Change {
  return CHANGES.some((type) => type === event.type);
}

/** Without what nothing here is told by. */
function slim(event: Change): Change {
  return event.type === 'file.edited' || event.type === 'file.editing' ? { ...event, basedOn: [] } : event;
}

async function sessionNames(home: string): Promise<readonly string[]> {
  try {
    return (await readdir(home)).filter(isSessionId);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw journalError(`The sessions in ${home} could not be listed`, error);
  }
}

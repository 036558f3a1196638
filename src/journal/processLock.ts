import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { HeldElsewhereError, JournalError } from '../engine/errors';
import { errorCode, renameOver, writeDurably } from './durableFiles';
import { isAlive, ownIdentity, type ProcessIdentity } from './processIdentity';

export interface ProcessLock {
  /** Gives the lock back; calling it again does nothing. */
  release(): Promise<void>;
}

/** What a lock file says. `token` is unique per acquisition, so a lock file's content never comes back. */
interface LockRecord extends ProcessIdentity {
  readonly token: string;
}

/** A lost race is retried; each round means that another process made progress, so this many is never reached. */
const MAX_ROUNDS = 100;

/**
 * Takes the lock file `path` for this process, or fails at once: it never waits for the holder.
 *
 * The lock file appears atomically with its whole content (written aside, then hard-linked: link is exclusive like
 * O_EXCL and never shows half a record). A lock whose process is dead, or was made before the machine's last start, is
 * taken over like this: the successor of the record with token T must first create `path.after-T`, which only one
 * process can; whoever has it and then still finds T in place is the only one entitled to replace the record. A
 * process killed between the two steps leaves a successor record that is succeeded in turn, by the same rule.
 *
 * @throws HeldElsewhereError when a live process (this one included) holds it
 * @throws JournalError when the folder cannot be written
 */
export async function acquireProcessLock(path: string): Promise<ProcessLock> {
  const record: LockRecord = { ...(await ownIdentity()), token: randomUUID() };
  const draft = `${path}.draft-${record.token}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeDurably(draft, `${JSON.stringify(record)}\n`);
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (await tryOnce(path, draft)) return { release: releaser(path, record.token) };
    }
    throw new HeldElsewhereError(
      `The lock ${path} keeps changing hands.`,
      'Close other windows that use this folder, then try again.',
    );
  } catch (error) {
    if (error instanceof HeldElsewhereError) throw error;
    throw new JournalError(
      `The lock ${path} could not be taken: ${error instanceof Error ? error.message : String(error)}.`,
      'Check that the folder exists, is writable, and that its disk is not full.',
      { cause: error },
    );
  } finally {
    await rm(draft, { force: true }).catch(() => {});
  }
}

/** One attempt. @returns whether the lock is ours; false means that something moved and the look has to be repeated */
async function tryOnce(path: string, draft: string): Promise<boolean> {
  if (await linkExclusive(draft, path)) return true;

  // Follow the chain of successors from the lock file to the process that is entitled to it now.
  const chain: { readonly file: string; readonly token: string }[] = [];
  for (let file = path; ; ) {
    const record = await readRecord(file);
    if (record === undefined) break;
    if (await isAlive(record)) {
      throw new HeldElsewhereError(
        `${path} is held by another running process (${record.pid}).`,
        'Close the window or command that uses it, then try again.',
      );
    }
    chain.push({ file, token: record.token });
    file = successorOf(path, record.token);
  }
  const last = chain.at(-1);
  if (last === undefined) return false;

  const claim = successorOf(path, last.token);
  if (!(await linkExclusive(draft, claim))) return false;
  // The claim may be for a record that was replaced, and its successor files cleared, since we read it.
  for (const seen of chain) {
    if ((await readRecord(seen.file))?.token !== seen.token) {
      await rm(claim, { force: true });
      return false;
    }
  }
  try {
    await renameOver(draft, path);
  } catch (error) {
    await rm(claim, { force: true }).catch(() => {});
    throw error;
  }
  await clearSuccessors(path).catch(() => {});
  return true;
}

function releaser(path: string, token: string): () => Promise<void> {
  let released = false;
  return async () => {
    if (released) return;
    released = true;
    // While we live nobody else may replace the record; another token means that someone deleted the file by hand.
    if ((await readRecord(path))?.token === token) await rm(path, { force: true });
  };
}

function successorOf(path: string, token: string): string {
  return `${path}.after-${token}`;
}

/** Removes successor files. Only the lock's holder does this: each of them is about a record already replaced. */
async function clearSuccessors(path: string): Promise<void> {
  const prefix = `${basename(path)}.after-`;
  for (const name of await readdir(dirname(path))) {
    if (name.startsWith(prefix)) await rm(join(dirname(path), name), { force: true });
  }
}

/** Hard-links `from` as `to`. @returns false when `to` exists already */
async function linkExclusive(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** @returns undefined when there is no such file. A record damaged by a power cut reads as one of a dead process. */
async function readRecord(file: string): Promise<LockRecord | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const value = JSON.parse(text) as Partial<LockRecord>;
    if (typeof value.pid === 'number' && typeof value.boot === 'string' && typeof value.token === 'string') {
      return {
        pid: value.pid,
        boot: value.boot,
        token: value.token.replace(/[^\w-]/g, ''),
        ...(typeof value.started === 'string' ? { started: value.started } : {}),
      };
    }
  } catch {
    // Not JSON: falls through to the damaged record.
  }
  const found = await stat(file).catch(() => undefined);
  return found && { pid: 0, boot: '', token: `damaged-${found.ino}-${Math.trunc(found.mtimeMs)}` };
}

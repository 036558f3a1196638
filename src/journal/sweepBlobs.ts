/**
 * Takes texts out of the blob store that nothing needs: what no log names any more, and, beyond a limit, the oldest
 * checkpoints' copies of files. Other processes put and read texts at the same time, and it may be killed at any point.
 */
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeldElsewhereError, VirtualContextError } from '../engine/errors';
import type { BlobHash } from '../engine/ports';
import { asidePath, blobPath, isBlobHash, SAFE_MS, sweepFolder } from './blobFiles';
import { errorCode, journalError } from './durableFiles';
import { NEEDED, namedBlobs, UNNAMED } from './namedBlobs';
import { acquireProcessLock } from './processLock';

interface SweepParts {
  /** Of the blob store. */
  readonly blobs: string;
  /** Folder of all sessions. */
  readonly sessions: string;
  /** What files were that only checkpoints go back to may take this many bytes; infinite: there is no limit. */
  readonly maxCheckpointBytes: number;
  /** ms since the epoch */
  readonly now: number;
}

/** What was removed. */
export interface Swept {
  /** Texts that no log names. */
  readonly unnamed: number;
  /** Copies of files that checkpoints went back to. */
  readonly copies: number;
}

const EVERY_MS = 24 * 60 * 60_000;
const SHARD = /^[0-9a-f]{2}$/;
/** When a sweep ended last. */
const LAST = 'last.json';

/**
 * Sweeps a store, at most once a day.
 * @returns undefined when it is not due, or another process is at it
 * @throws JournalError when a folder or a log cannot be read; what is not known to be needless stays
 */
export async function sweepBlobs(parts: SweepParts): Promise<Swept | undefined> {
  const folder = sweepFolder(parts.blobs);
  try {
    await mkdir(folder, { recursive: true });
    if (!(await isDue(folder, parts.now))) return undefined;
    const lock = await acquireProcessLock(join(folder, 'lock'));
    try {
      if (!(await isDue(folder, parts.now))) return undefined;
      const swept = await sweep(parts);
      await writeFile(join(folder, LAST), JSON.stringify({ at: parts.now }));
      return swept;
    } finally {
      await lock.release();
    }
  } catch (error) {
    if (error instanceof HeldElsewhereError) return undefined;
    throw error instanceof VirtualContextError
      ? error
      : journalError(`The blob store ${parts.blobs} could not be swept`, error);
  }
}

async function sweep({ blobs, sessions, maxCheckpointBytes, now }: SweepParts): Promise<Swept> {
  await settle(blobs);
  // Listed before the logs are read: a text that is put from now on is not even looked at.
  const named = await namedBlobs(sessions, await listBlobs(blobs), now);
  if (!named) return { unnamed: 0, copies: 0 };
  let unnamed = 0;
  let bytes = 0;
  const copies: { readonly hash: BlobHash; readonly at: number; readonly size: number }[] = [];
  for (const [hash, at] of named) {
    if (at === NEEDED) continue;
    const found = await stat(blobPath(blobs, hash)).catch(() => undefined);
    if (!found) continue;
    const old = isOld(found.mtimeMs, now);
    if (at !== UNNAMED) {
      bytes += found.size;
      if (old) copies.push({ hash, at, size: found.size });
    } else if (old && (await remove(blobs, hash, now))) unnamed++;
  }
  let removed = 0;
  for (const { hash, size } of copies.sort((a, b) => a.at - b.at)) {
    if (bytes <= maxCheckpointBytes) break;
    if (!(await remove(blobs, hash, now))) continue;
    bytes -= size;
    removed++;
  }
  return { unnamed, copies: removed };
}

/**
 * Removes a blob unless a process has put it lately, before or during this. `put` renews the time of a file that it finds,
 * or writes a file that it does not find: so the file is taken aside first, and judged where no `put` finds it. While it
 * is aside it can be read there.
 * @returns whether it is gone
 */
async function remove(blobs: string, hash: BlobHash, now: number): Promise<boolean> {
  const aside = asidePath(blobs, hash);
  try {
    await rename(blobPath(blobs, hash), aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
  if (isOld((await stat(aside)).mtimeMs, now)) {
    await rm(aside);
    return true;
  }
  await bringBack(blobs, hash);
  return false;
}

/** What a killed sweep has left aside goes back, to be judged anew. */
async function settle(blobs: string): Promise<void> {
  for (const name of await readdir(sweepFolder(blobs))) if (isBlobHash(name)) await bringBack(blobs, name);
}

/** Never over a file that was put meanwhile, whose time is newer. */
async function bringBack(blobs: string, hash: BlobHash): Promise<void> {
  const aside = asidePath(blobs, hash);
  try {
    await link(aside, blobPath(blobs, hash));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  await rm(aside);
}

function isOld(mtimeMs: number, now: number): boolean {
  return now - mtimeMs > SAFE_MS;
}

async function listBlobs(blobs: string): Promise<readonly BlobHash[]> {
  const found: BlobHash[] = [];
  for (const shard of await readdir(blobs)) {
    if (!SHARD.test(shard)) continue;
    const names = await readdir(join(blobs, shard)).catch(() => []);
    found.push(...names.filter((name) => isBlobHash(name) && name.startsWith(shard)));
  }
  return found;
}

async function isDue(folder: string, now: number): Promise<boolean> {
  let last: unknown;
  try {
    last = (JSON.parse(await readFile(join(folder, LAST), 'utf8')) as { at?: unknown }).at;
  } catch {
    // Never, or cut short by a crash.
    return true;
  }
  return typeof last !== 'number' || Math.abs(now - last) >= EVERY_MS;
}

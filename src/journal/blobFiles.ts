/** Where the texts of a blob store are on disk, and for how long a file is safe from the sweep. */
import { join } from 'node:path';
import { JournalError } from '../engine/errors';
import type { BlobHash } from '../engine/ports';

const DAY_MS = 24 * 60 * 60_000;

/**
 * The sweep leaves alone what was put within this time, ms: a text is named by the log only after it was put, and a call
 * beside it may wait that long for the person.
 */
export const SAFE_MS = 7 * DAY_MS;
/** After this time a store no longer takes a file to be there, and one that is there is made new again, ms. */
export const VOUCHED_MS = DAY_MS;

/** @returns whether it can be a blob's hash, and nothing else */
export function isBlobHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** @param dir of the store @throws JournalError when it is not a hash: addresses are written by models, too */
export function blobPath(dir: string, hash: BlobHash): string {
  return join(shardFolder(dir, hash), hash);
}

/** The folder that holds a blob. @throws as `blobPath` */
export function shardFolder(dir: string, hash: BlobHash): string {
  if (!isBlobHash(hash)) {
    throw new JournalError(`"${hash}" is not a blob's hash.`, 'A hash is 64 hexadecimal digits.');
  }
  return join(dir, hash.slice(0, 2));
}

/** Of the sweep: its lock, when it ended last, and the blob that it is about to remove. */
export function sweepFolder(dir: string): string {
  return join(dir, 'sweep');
}

/** Where a blob is while the sweep looks at it once more. */
export function asidePath(dir: string, hash: BlobHash): string {
  return join(sweepFolder(dir), hash);
}

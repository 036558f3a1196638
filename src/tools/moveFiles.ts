/** Moving and removing files: never over another, never what could not be brought back. */
import { constants } from 'node:fs';
import { copyFile, link, lstat, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EditConflictError, UnreadableFileError } from '../engine/errors';
import type { FileForm } from '../engine/ports';
import { readTextFile } from './readTextFile';
import { encodeAs, markOf } from './textEncoding';
import { codeOf } from './unreadable';
import { changedMeanwhile } from './writeTextFile';

/** A file that is no text is kept, so that deleting it can be undone, up to this size. */
const MAX_KEPT_BYTES = 10_000_000;

/** What file systems answer that have no hard links, or not here. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV']);

/** @throws UnreadableFileError when a path is a folder or a link: what is behind it has a name of its own */
export async function refuseNoFile(path: string, absolute: string): Promise<void> {
  const stats = await lstat(absolute);
  if (stats.isDirectory()) throw new UnreadableFileError(`${path} is a folder.`, 'Name a file in it.');
  if (stats.isFile()) return;
  throw new UnreadableFileError(
    `${path} is ${stats.isSymbolicLink() ? 'a symbolic link' : 'not a regular file'}.`,
    'It is neither moved nor deleted; tell the person.',
  );
}

/**
 * @param before the text it must have
 * @returns what is needed beside the text to bring it back, byte for byte
 * @throws EditConflictError when it has another | UnreadableFileError when text does not tell all of it
 */
export async function restorableForm(path: string, real: string, before: string): Promise<FileForm> {
  const { text, bytes } = await readTextFile(path, real, new AbortController().signal);
  if (text !== before) throw changedMeanwhile(path);
  const form = { ...markForm(bytes), mode: (await stat(real)).mode & 0o7777 };
  if (Buffer.compare(encodeAs(text, form.mark), bytes) === 0) return form;
  throw new UnreadableFileError(
    `${path} is not in UTF-8 throughout: its content could not be brought back.`,
    'Ask the person to delete it.',
  );
}

/** @returns base64 @throws UnreadableFileError when its bytes are too many to keep */
export async function readBinaryFile(path: string, real: string): Promise<string> {
  const { size } = await stat(real);
  if (size <= MAX_KEPT_BYTES) return (await readFile(real)).toString('base64');
  throw new UnreadableFileError(
    `${path} is too large to keep a copy of (${Math.ceil(size / 1e6)} MB, the limit is ${MAX_KEPT_BYTES / 1e6} MB).`,
    'Ask the person to delete it.',
  );
}

/** As `restorableForm`, of a file that is no text. @param before base64 of the bytes it must have */
export async function binaryForm(path: string, real: string, before: string): Promise<FileForm> {
  if ((await readBinaryFile(path, real)) !== before) throw changedMeanwhile(path);
  return { binary: true, mode: (await stat(real)).mode & 0o7777 };
}

/** Without reading all of it. */
export async function formOf(real: string): Promise<FileForm> {
  const handle = await open(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(3), 0, 3, 0);
    return { ...markForm(buffer.subarray(0, bytesRead)), mode: (await handle.stat()).mode & 0o7777 };
  } finally {
    await handle.close();
  }
}

/** @param to as the person knows it, for messages @throws EditConflictError when there is something */
export async function refuseTaken(to: string, from: string, target: string): Promise<void> {
  const there = await lstat(target).catch(() => undefined);
  // Where case does not count, a file is in the way of its own new name.
  const own = await lstat(from);
  if (there && !(there.ino === own.ino && there.dev === own.dev && from !== target)) throw isThere(to);
}

/** @throws EditConflictError when something has come there meanwhile | what the system throws */
export async function moveFile(to: string, from: string, target: string): Promise<void> {
  if (from.toLowerCase() === target.toLowerCase()) return rename(from, target);
  try {
    // Unlike a rename it fails when something is there.
    await link(from, target);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw isThere(to);
    if (!NO_LINKS.has(codeOf(error) ?? '')) throw error;
    await copyFile(from, target, constants.COPYFILE_EXCL);
  }
  await rm(from);
}

/** Folders that hold nothing but folders, from the inside out. Never throws. */
export async function removeEmpty(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeEmpty(join(folder, entry.name));
  // One that holds something is not removed.
  await rmdir(folder).catch(() => undefined);
}

function isThere(path: string): EditConflictError {
  return new EditConflictError(`${path} is there already.`, 'Choose another name, or delete it first.');
}

function markForm(bytes: Uint8Array): FileForm {
  const mark = markOf(bytes);
  return mark === undefined ? {} : { mark };
}

/** Writes one text file: never over what somebody else wrote, never half, never in another encoding than it had. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EditConflictError, UnreadableFileError } from '../engine/errors';
import type { FileForm } from '../engine/ports';
import { readTextFile } from './readTextFile';
import { encodeAs, encodeLike } from './textEncoding';
import { codeOf } from './unreadable';

/**
 * Compare and swap: the new text is put in place by a rename, right after the file was seen to hold `before` still.
 * @param path as the person knows it, for messages @param real the same, links resolved
 * @throws EditConflictError when it holds something else | UnreadableFileError | what the system throws
 */
export async function replaceTextFile(
  path: string,
  real: string,
  before: string,
  after: string,
): Promise<void> {
  const bytes = encodeLike((await expected(path, real, before)).bytes, before, after);
  if (bytes === undefined) {
    throw new UnreadableFileError(
      `${path} is not in UTF-8 throughout: an edit would damage it.`,
      'Ask the person to save it in UTF-8.',
    );
  }
  const temporary = join(dirname(real), `.${basename(real)}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    await writeDurably(temporary, bytes, (await stat(real)).mode);
    await expected(path, real, before);
    await rename(temporary, real);
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Creates a file, with its folders.
 * @param create does it, where nothing is asked of the file's mode
 * @throws EditConflictError when there is one
 */
export async function createTextFile(
  path: string,
  absolute: string,
  text: string,
  { mark, mode, binary }: FileForm,
  create?: (absolute: string, bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  await mkdir(dirname(absolute), { recursive: true });
  try {
    const bytes = binary ? Buffer.from(text, 'base64') : encodeAs(text, mark);
    if (!create || mode !== undefined) await writeDurably(absolute, bytes, mode);
    else if (await stat(absolute).catch(() => undefined)) throw changedMeanwhile(path);
    else await create(absolute, bytes);
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? changedMeanwhile(path) : error;
  }
}

export function changedMeanwhile(path: string): EditConflictError {
  return new EditConflictError(`${path} has changed in the meantime.`, 'Read it again.');
}

async function expected(path: string, real: string, before: string) {
  const file = await readTextFile(path, real, new AbortController().signal);
  if (file.text !== before) throw changedMeanwhile(path);
  return file;
}

async function writeDurably(path: string, bytes: Uint8Array, mode?: number): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    if (mode !== undefined) await handle.chmod(mode);
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

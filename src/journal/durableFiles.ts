/** What journal files share: making files and directory entries durable, and errors with a next step. */
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { JournalError } from '../engine/errors';

/** Makes the names in a directory durable. Windows has no such call and needs none: NTFS journals its metadata. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Creates a directory and its parents so that they survive a power cut. Existing ones cost one call. */
export async function makeDurableDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
}

/** Writes a new file; durable when resolved, but for its name. @throws the system's errors, also when it is there */
export async function writeDurably(path: string, content: string | Buffer): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Windows refuses to replace a file in the instant another process reads it; a moment later it works.
 * @throws the system's errors
 */
export async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await rename(from, to);
    } catch (error) {
      const busy =
        errorCode(error) === 'EPERM' || errorCode(error) === 'EBUSY' || errorCode(error) === 'EACCES';
      if (!busy || process.platform !== 'win32' || attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10 * attempt));
    }
  }
}

/** @returns a JournalError that says what could not be done and, by the system's error code, what to do about it */
export function journalError(what: string, error: unknown): JournalError {
  const code = errorCode(error);
  const cause = error instanceof Error ? error.message : String(error);
  return new JournalError(`${what}: ${cause}.`, nextSteps[code ?? ''] ?? CHECK_FOLDER, { cause: error });
}

/** @returns the system's code, e.g. `ENOENT` */
export function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

const CHECK_FOLDER =
  'Check that the storage folder exists, is writable and that its disk works, then try again.';
const FREE_SPACE = 'Free some space on the disk that holds the storage folder, then try again.';
const PERMISSION = 'Give yourself permission to write to the storage folder, then try again.';

const nextSteps: Readonly<Record<string, string>> = {
  ENOSPC: FREE_SPACE,
  EDQUOT: FREE_SPACE,
  EFBIG: FREE_SPACE,
  EACCES: PERMISSION,
  EPERM: PERMISSION,
  EROFS: PERMISSION,
};

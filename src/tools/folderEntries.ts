import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UnreadableFileError } from '../engine/errors';
import type { DirectoryEntry } from '../engine/ports';
import { codeOf, unreadable } from './unreadable';

/** Directory entries looked at together. */
const BATCH = 256;

/**
 * @param shown path for messages
 * @param real absolute, links resolved
 * @returns folders first, each kind by name
 * @throws UnreadableFileError
 */
export async function folderEntries(
  shown: string,
  real: string,
  signal: AbortSignal,
): Promise<readonly DirectoryEntry[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(real, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) !== 'ENOTDIR') throw unreadable(shown, error);
    throw new UnreadableFileError(`${shown} is a file.`, 'Read it with read_file.');
  }
  const listed: DirectoryEntry[] = [];
  for (let i = 0; i < entries.length; i += BATCH) {
    signal.throwIfAborted();
    listed.push(
      ...(await Promise.all(entries.slice(i, i + BATCH).map((entry) => describeEntry(real, entry)))),
    );
  }
  return listed.sort(foldersFirst);
}

async function describeEntry(folder: string, entry: Dirent): Promise<DirectoryEntry> {
  const { name } = entry;
  if (entry.isDirectory()) return { name, kind: 'directory', size: 0 };
  if (entry.isSymbolicLink()) return { name, kind: 'symlink', size: 0 };
  if (!entry.isFile()) return { name, kind: 'other', size: 0 };
  // Deleted since it was listed: it is shown as it was, without a size.
  const size = await lstat(join(folder, name)).then(
    (stats) => stats.size,
    () => 0,
  );
  return { name, kind: 'file', size };
}

function foldersFirst(a: DirectoryEntry, b: DirectoryEntry): number {
  const folders = Number(b.kind === 'directory') - Number(a.kind === 'directory');
  return folders || (a.name < b.name ? -1 : 1);
}

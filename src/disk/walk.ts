import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { IgnoreRules } from './ignoreRules';

/** A file the index may want, as seen by `lstat`. */
export interface FoundFile {
  /** Absolute path of the root. */
  readonly root: string;
  /** `/`-separated path within the root. */
  readonly rel: string;
  /** Milliseconds since the epoch, with fractions. */
  readonly mtime: number;
  readonly size: number;
}

export interface WalkResult {
  readonly files: readonly FoundFile[];
  readonly tooLarge: number;
  readonly unreadable: number;
  /** The root itself could not be listed: a drive that is not there says nothing about its files. */
  readonly missing: boolean;
}

/**
 * Lists the files of a root that no ignore rule leaves out. Symbolic links are not followed: what they lead to inside the
 * root is found at its own place, and the rest is none of the index's business; so loops cannot happen.
 * @param elsewhere absolute paths of the other roots, which are walked by themselves
 */
export async function walk(
  root: string,
  elsewhere: ReadonlySet<string>,
  maxFileBytes: number,
  signal: AbortSignal,
): Promise<WalkResult> {
  const rules = new IgnoreRules(root);
  const files: FoundFile[] = [];
  let tooLarge = 0;
  let unreadable = 0;
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal.throwIfAborted();
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => undefined);
    if (!entries) {
      if (folder === '') return { files, tooLarge, unreadable: 1, missing: true };
      unreadable++;
      continue;
    }
    const names: string[] = [];
    for (const entry of entries) {
      const rel = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!elsewhere.has(join(root, rel)) && !(await rules.excludes(rel, true))) folders.push(rel);
      } else if (entry.isFile() && !(await rules.excludes(rel, false))) {
        names.push(rel);
      }
    }
    const found = await Promise.all(names.map((rel) => look(root, rel)));
    for (const file of found) {
      // A file that went away between the two looks is simply not there.
      if (!file) continue;
      if (file.size > maxFileBytes) tooLarge++;
      else files.push(file);
    }
  }
  files.sort((a, b) => (a.rel < b.rel ? -1 : 1));
  return { files, tooLarge, unreadable, missing: false };
}

/** @returns undefined when there is no regular file */
export async function look(root: string, rel: string): Promise<FoundFile | undefined> {
  const info = await lstat(join(root, rel)).catch(() => undefined);
  return info?.isFile() ? { root, rel, mtime: info.mtimeMs, size: info.size } : undefined;
}

/** @returns whether there is a folder; a link to one is not */
export async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false;
}

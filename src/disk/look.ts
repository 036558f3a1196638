import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { FileKey } from './Catalog';
import { IgnoreRules } from './ignoreRules';

/** A file the index may want, as seen by `lstat`. */
export interface FoundFile extends FileKey {
  /** Milliseconds since the epoch, with fractions. */
  readonly mtime: number;
  readonly size: number;
}

/** What is to be seen where something changed. */
export interface Looked {
  readonly found: readonly FoundFile[];
  /** Paths of which the index keeps nothing, below them either. */
  readonly gone: readonly FileKey[];
  /** A folder is among them that belongs to the index: only a walk tells what it holds. */
  readonly folders: boolean;
  /** Roots that are not there: nothing is said about their files. */
  readonly missing: readonly string[];
}

/**
 * Looks at single paths the way a walk would: what is reached through a link is not there.
 * Blocks its thread.
 */
export function look(paths: readonly FileKey[], maxFileBytes: number): Looked {
  const roots = [...new Set(paths.map(({ root }) => root))];
  const missing = roots.filter((root) => !stat(root)?.isDirectory());
  const rules = new Map<string, IgnoreRules>();
  const ways = new Ways();
  const found: FoundFile[] = [];
  const gone: FileKey[] = [];
  let folders = false;
  for (const { root, rel } of paths) {
    if (missing.includes(root)) continue;
    const ignore = rules.get(root) ?? new IgnoreRules(root);
    rules.set(root, ignore);
    const info = ways.isOpen(root, rel, ignore) ? stat(join(root, rel)) : undefined;
    if (info?.isDirectory() && !ignore.excludes(rel, true)) folders = true;
    else if (info?.isFile() && info.size <= maxFileBytes && !ignore.excludes(rel, false))
      found.push({ root, rel, mtime: info.mtimeMs, size: info.size });
    else gone.push({ root, rel });
  }
  return { found, gone, folders, missing };
}

/** Which folders a walk would enter. */
class Ways {
  private readonly open = new Map<string, boolean>();

  /** @returns whether all folders above a path are folders, and none is left out */
  isOpen(root: string, rel: string, rules: IgnoreRules): boolean {
    const end = rel.lastIndexOf('/');
    if (end < 0) return true;
    const folder = rel.slice(0, end);
    const path = join(root, folder);
    let open = this.open.get(path);
    if (open === undefined) {
      open =
        this.isOpen(root, folder, rules) &&
        stat(path)?.isDirectory() === true &&
        !rules.excludes(folder, true);
      this.open.set(path, open);
    }
    return open;
  }
}

/** @returns undefined when there is no regular file */
export function fileStat(path: string): Stats | undefined {
  const info = stat(path);
  return info?.isFile() ? info : undefined;
}

function stat(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

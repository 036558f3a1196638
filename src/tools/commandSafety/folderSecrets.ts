/** Which files of a folder look like they hold secrets: what searches all of it shows them. */
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSecretPath } from '../../engine/secretFiles';
import { partPattern } from './globPattern';

/** More is not looked through while a command waits. */
const MAX_ENTRIES = 20_000;
/** What is wrapped is looked at several times; the next command line may find a link or an ignore file that was not there. */
const KEPT_MS = 500;
const MAX_KEPT = 50;

/** Where ripgrep looks for what it is to pass over, and for what it is not to: a line with `!`. */
const IGNORE_FILES = ['.gitignore', '.ignore', '.rgignore', '.git/info/exclude'];

export interface FolderSecrets {
  readonly secrets: readonly {
    /** Below the folder. */
    readonly path: string;
    /** Whether what leaves out hidden files leaves it out: no ignore file names it with `!`. */
    readonly hidden: boolean;
  }[];
  /** Whether there is more in it: links, installed packages and git's own folder are not entered. */
  readonly leadsOn: boolean;
}

const kept = new Map<string, { readonly until: number; readonly found: FolderSecrets | undefined }>();

/**
 * @param folder absolute, links resolved
 * @returns undefined when there is too much of it
 */
export function folderSecrets(folder: string): FolderSecrets | undefined {
  const now = Date.now();
  const known = kept.get(folder);
  if (known && known.until > now) return known.found;
  if (kept.size >= MAX_KEPT) kept.clear();
  const found = look(folder);
  kept.set(folder, { until: now + KEPT_MS, found });
  return found;
}

function look(folder: string): FolderSecrets | undefined {
  const found: string[] = [];
  const shown = ignoreFilesAbove(folder).flatMap(shownBy);
  const open = [''];
  let leadsOn = false;
  let left = MAX_ENTRIES;
  for (let inner = open.pop(); inner !== undefined; inner = open.pop()) {
    for (const entry of entriesOf(join(folder, inner))) {
      if (left-- <= 0) return undefined;
      const path = inner === '' ? entry.name : `${inner}/${entry.name}`;
      if (entry.name === '.git') shown.push(...shownBy(join(folder, path, 'info/exclude')));
      if (IGNORE_FILES.includes(entry.name)) shown.push(...shownBy(join(folder, path)));
      if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git') open.push(path);
      else if (entry.isDirectory() || entry.isSymbolicLink()) leadsOn = true;
      // Some names say it only with that of the folder they are in.
      if (!entry.isDirectory() && isSecretPath(join(folder, path))) found.push(path);
    }
  }
  const isHidden = (parts: readonly string[]) =>
    parts.some((part) => part.startsWith('.')) && !shown.some((pattern) => parts.some(pattern));
  return { secrets: found.map((path) => ({ path, hidden: isHidden(path.split('/')) })), leadsOn };
}

/** Those of the folder and of all that it is in; what is below it is met on the way. */
function ignoreFilesAbove(folder: string): readonly string[] {
  const above = dirname(folder);
  return [
    ...IGNORE_FILES.map((name) => join(folder, name)),
    ...(above === folder ? [] : ignoreFilesAbove(above)),
  ];
}

/** @returns whether a line with `!` of an ignore file may mean what has such a name, in whatever folder */
function shownBy(file: string): ((name: string) => boolean)[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text.split(/\r?\n/).flatMap((line) => {
    const [, shown] = /^\uFEFF?!(.*)$/s.exec(line) ?? [];
    if (shown === undefined) return [];
    const pattern = partPattern(shown.trimEnd().replace(/\/$/, '').replace(/^.*\//, ''));
    return [(name: string) => pattern?.test(name) ?? true];
  });
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Which files of a folder look like they hold secrets: what searches all of it shows them. */
import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isSecretPath } from '../../engine/secretFiles';

/** More is not looked through while a command waits. */
const MAX_ENTRIES = 20_000;
/** A command line is judged several times, and the next one follows soon. */
const KEPT_MS = 10_000;
const MAX_KEPT = 50;

const kept = new Map<string, { readonly until: number; readonly found: readonly string[] | undefined }>();

/**
 * @param folder absolute, links resolved
 * @returns paths below it, hidden ones too; installed packages and links are not entered. Undefined: there is too much of it
 */
export function folderSecrets(folder: string): readonly string[] | undefined {
  const now = Date.now();
  const known = kept.get(folder);
  if (known && known.until > now) return known.found;
  if (kept.size >= MAX_KEPT) kept.clear();
  const found = look(folder);
  kept.set(folder, { until: now + KEPT_MS, found });
  return found;
}

function look(folder: string): readonly string[] | undefined {
  const found: string[] = [];
  const open = [''];
  let left = MAX_ENTRIES;
  for (let inner = open.pop(); inner !== undefined; inner = open.pop()) {
    for (const entry of entriesOf(join(folder, inner))) {
      if (left-- <= 0) return undefined;
      const path = inner === '' ? entry.name : `${inner}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules' && entry.name !== '.git') open.push(path);
      } else if (isSecretPath(path)) found.push(path);
    }
  }
  return found;
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

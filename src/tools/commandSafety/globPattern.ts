/** Patterns of file names: what they may stand for at most, whatever the shell's settings are. */
import { readdirSync } from 'node:fs';

/** Patterns and folders with more are for the shell alone to know. */
const MAX_MATCHES = 2_000;

export function isPattern(text: string): boolean {
  return /[*?[\]]/.test(text);
}

/**
 * @param path as written, with `/`
 * @param folderOf absolute path of what a path without patterns names
 * @returns the path as it stands (patterns without a match stay), and all that it may match, hidden files too; undefined when
 *   only the shell knows
 */
export function globMatches(path: string, folderOf: (path: string) => string): readonly string[] | undefined {
  let found: string[] = [path.startsWith('/') ? '/' : ''];
  for (const part of path.split('/').filter((each) => each !== '')) {
    const pattern = isPattern(part) ? partPattern(part) : undefined;
    if (isPattern(part) && pattern === undefined) return undefined;
    found = found.flatMap((before) => {
      const names = pattern ? namesIn(folderOf(before || '.')).filter((name) => pattern.test(name)) : [part];
      return names.map((name) => `${before}${before === '' || before.endsWith('/') ? '' : '/'}${name}`);
    });
    if (found.length > MAX_MATCHES) return undefined;
  }
  return [path, ...found];
}

/** @returns undefined for what is more than a pattern of one name, or means different things to different shells */
export function partPattern(part: string): RegExp | undefined {
  if (part.includes('**') || !/^[\w.*?[\]@+,=:%\- ]+$/.test(part)) return undefined;
  const source = part.replace(/\[[^[\]]+\]|[?*.+]/g, (each) =>
    each === '*' ? '.*' : each === '?' || each.length > 1 ? '.' : `\\${each}`,
  );
  return /(^|[^\\])[[\]]/.test(source) ? undefined : new RegExp(`^${source}$`, 'is');
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

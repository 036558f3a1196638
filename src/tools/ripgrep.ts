/** Runs ripgrep: arguments as an array, never a shell; its output parsed as it comes, so that it never piles up. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { VirtualContextError } from '../engine/errors';

export interface GrepMatch {
  /** Relative to the folder, `/`-separated. */
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  readonly text: string;
}

/** ripgrep refused the pattern or could not run. */
export class GrepError extends VirtualContextError {}

/** Longer lines (minified code) are cut here: the rest says nothing a person would read. */
const MAX_COLUMNS = 200;
const STDERR_LIMIT = 2000;

/**
 * Searches one folder in the order of paths. Respects .gitignore, .ignore and the folder's .virtualcontextignore; skips
 * binary files and does not follow symbolic links.
 * @param onMatch called for each matching line; returning false ends the search
 * @throws GrepError with ripgrep's own words, e.g. for an invalid regular expression
 */
export async function ripgrep(
  binary: string,
  folder: string,
  pattern: string,
  onMatch: (match: GrepMatch) => boolean,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const child = spawn(binary, [...OPTIONS, ...sharedOptions(folder), '--', pattern, '.'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const stop = () => child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  let found = false;
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (errors.length < STDERR_LIMIT) errors += text;
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // Awaited below; a failure to start must not count as unhandled until then.
  exit.catch(() => {});
  try {
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY })) {
      const match = parseLine(line);
      if (match === undefined) continue;
      found = true;
      if (!onMatch(match)) return;
    }
    const code = await exit;
    signal.throwIfAborted();
    if (found && code === 2) return;
    if (code === null) throw new GrepError('The search was ended from outside.', 'Try again.');
    // 0: found, 1: nothing found, 2: an error: of the pattern, or of a single file that cannot be read or just vanished.
    const refused = code === 2 ? errors.replace(/^.*\(os error \d+\)\n?/gm, '').trim() : '';
    if (refused !== '') {
      throw new GrepError(
        refused.slice(0, STDERR_LIMIT),
        'Correct the pattern; escape characters meant literally.',
      );
    }
  } catch (error) {
    if (error instanceof GrepError || signal.aborted) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new GrepError(`ripgrep could not run: ${message}.`, 'Use search_workspace instead.');
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
    child.stdout.destroy();
  }
}

/** What every run of ripgrep has: hidden files, but nothing of git's, and paths as everywhere here. */
const COMMON = [
  '--no-config',
  '--hidden',
  '--glob=!.git',
  '--no-require-git',
  '--path-separator=/',
  '--null',
];
const IGNORE_FILE = '.virtualcontextignore';

/** @param folder absolute: where it runs @returns the options that make all of them look at the same files */
export function sharedOptions(folder: string): readonly string[] {
  return existsSync(join(folder, IGNORE_FILE)) ? [...COMMON, `--ignore-file=${IGNORE_FILE}`] : COMMON;
}

const OPTIONS: readonly string[] = [
  '--color=never',
  '--no-heading',
  '--with-filename',
  '--line-number',
  '--sort=path',
  '--engine=auto',
  `--max-columns=${MAX_COLUMNS}`,
  '--max-columns-preview',
  '--max-filesize=50M',
];

/** A line of output is `./path`, NUL, line number, `:`, text. Paths that hold a line break are left out. */
function parseLine(output: string): GrepMatch | undefined {
  const [, path, line, text] = /^\.\/([^\0]+)\0(\d+):(.*)$/s.exec(output) ?? [];
  return path === undefined || text === undefined
    ? undefined
    : { path, line: Number(line), text: text.trim() };
}

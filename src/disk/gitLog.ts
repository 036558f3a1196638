/** The history of a folder as git tells it. */
import { execFile } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { gitEnvironment, gitGuards } from '../tools/guardedGit';
import { codeTokens } from './codeTokens';

/** A commit, as far as search wants to know it. */
export interface LoggedCommit {
  readonly hash: string;
  /** Space-separated terms of the message. */
  readonly toks: string;
  /** Paths within the folder that it touched, as they were called then. */
  readonly files: readonly string[];
  /** Files it moved without a change, old name and new name. */
  readonly moves: readonly (readonly [string, string])[];
}

const recordMark = '\x1e';
const fieldMark = '\x1f';
/** Of a message of any length, what is read. */
const maxBody = 600;
const maxTerms = 120;
/** A commit that touches more files is not about any of them; their number is all that matters. */
const maxFiles = 120;
/** Commits read between two looks at what else there is to do. */
const slice = 100;
const timeout = 120_000;
const maxOutput = 256 * 1024 * 1024;

/** Lines of a message that name people and issues. */
const trailer =
  /^(co-authored-by|signed-off-by|reviewed-by|acked-by|pr-url|change-id|cc|fixes|closes)\b.*$/gim;

/** `:100644 100644 <old blob> <new blob> M`; the path is the next field. */
const rawChange = /:\d+ \d+ (\w+) (\w+) (\w)/;

function git(folder: string, args: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = {
      cwd: folder,
      env: { ...process.env, ...gitEnvironment },
      maxBuffer: maxOutput,
      timeout,
      signal,
      windowsHide: true,
    };
    const child = execFile('git', [...gitGuards, ...args], options, (error, stdout) => {
      resolve(error ? undefined : stdout);
    });
    yieldToOthers(child.pid);
  });
}

/** The editor and its searches go first. */
function yieldToOthers(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, or the system does not let us.
  }
}

/** @returns the commit that is checked out; undefined where there is no git, no repository or no commit */
export async function headCommit(folder: string, signal: AbortSignal): Promise<string | undefined> {
  return (await git(folder, ['rev-parse', '--verify', '--quiet', 'HEAD'], signal))?.trim();
}

/** @returns whether `commit` is in the history of HEAD */
export async function isAncestor(folder: string, commit: string, signal: AbortSignal): Promise<boolean> {
  return (await git(folder, ['merge-base', '--is-ancestor', commit, 'HEAD'], signal)) !== undefined;
}

/**
 * @param since leaves out what this commit already had
 * @returns the latest commits that touch the folder, newest first, merges left out; undefined when git cannot tell
 */
export async function readLog(
  folder: string,
  limit: number,
  since: string | undefined,
  signal: AbortSignal,
): Promise<LoggedCommit[] | undefined> {
  const args = ['log', `-n${limit}`, '--no-merges', '--no-show-signature', '--no-ext-diff', '--no-textconv'];
  const shape = ['--raw', '-z', '--no-renames', '--no-abbrev', '--relative'];
  const format = '--format=%x1e%H%x1f%B%x1f';
  const range = since === undefined ? 'HEAD' : `${since}..HEAD`;
  const output = await git(folder, [...args, ...shape, format, range, '--', '.'], signal);
  if (output === undefined) return undefined;
  const commits: LoggedCommit[] = [];
  for (const record of output.split(recordMark).slice(1)) {
    commits.push(readRecord(record));
    if (commits.length % slice === 0) await new Promise(setImmediate);
  }
  return commits;
}

function readRecord(record: string): LoggedCommit {
  const [hash = '', message = '', changes = ''] = record.split(fieldMark);
  const fields = changes.split('\0');
  const files: string[] = [];
  const removed = new Map<string, string>();
  const added: { readonly blob: string; readonly path: string }[] = [];
  for (let i = 0; i + 1 < fields.length; i++) {
    const [before, after, status] = rawChange.exec(fields[i] ?? '')?.slice(1) ?? [];
    if (before === undefined || after === undefined) continue;
    const path = fields[++i] ?? '';
    if (files.length < maxFiles) files.push(path);
    if (status === 'D') removed.set(before, path);
    else if (status === 'A') added.push({ blob: after, path });
  }
  const moves = added.flatMap(({ blob, path }) => {
    const old = removed.get(blob);
    return old === undefined ? [] : [[old, path] as const];
  });
  return { hash, toks: messageTerms(message), files, moves };
}

/** @returns the terms of a commit's message, separated by spaces: its first line and the beginning of the rest */
function messageTerms(message: string): string {
  const [subject = '', ...rest] = message.split('\n');
  const body = rest.join('\n').replace(trailer, '').slice(0, maxBody);
  return [...codeTokens(subject), ...codeTokens(body)].slice(0, maxTerms).join(' ');
}

export interface FilesSince {
  /** Paths that commits since then touched. */
  readonly committed: ReadonlySet<string>;
  /** Paths that differ from HEAD or are new to git, whenever that happened. */
  readonly uncommitted: ReadonlySet<string>;
}

/**
 * @param time ms since the epoch
 * @returns what changed in a folder, by paths within it; undefined when git cannot tell
 */
export async function filesSince(
  folder: string,
  time: number,
  signal: AbortSignal,
): Promise<FilesSince | undefined> {
  const since = `--since=${new Date(time).toISOString()}`;
  const shape = ['-z', '--name-only', '--format=', '--no-renames', '--relative', '--no-ext-diff'];
  const [log, listed] = await Promise.all([
    git(folder, ['log', since, ...shape, 'HEAD', '--', '.'], signal),
    git(folder, ['ls-files', '-z', '--modified', '--others', '--exclude-standard'], signal),
  ]);
  if (log === undefined || listed === undefined) return undefined;
  return { committed: paths(log), uncommitted: paths(listed) };
}

function paths(output: string): Set<string> {
  return new Set(output.split('\0').map((path) => path.replace(/^\n/, '')));
}

/** Asks git about the workspace: read-only, through git itself; arguments as an array, never a shell. */
import { spawn } from 'node:child_process';
import { VirtualContextError } from '../engine/errors';
import { gitEnvironment, gitGuards } from './guardedGit';

/** git is not there, the folder is no repository, or git has refused. */
export class GitError extends VirtualContextError {}

export interface GitOutput {
  readonly text: string;
  /** There was more than is kept. */
  readonly cut: boolean;
}

/** Bytes of an answer that are kept. */
const MAX_BYTES = 4_000_000;
const TIMEOUT_MS = 30_000;
const MAX_ERROR_CHARS = 500;

/** Messages in English, whatever the person's language: some of them are understood here. */
const environment = { ...gitEnvironment, LC_ALL: 'C' };
const settings = [
  'core.quotePath=false',
  'color.ui=false',
  'diff.submodule=short',
  'submodule.recurse=false',
  'diff.mnemonicPrefix=false',
  'diff.noprefix=false',
].flatMap((setting) => ['-c', setting]);

/**
 * Comparing with files on disk (`diff`, `blame`) runs their clean filters. Those that the person has set up for all
 * repositories are theirs; what only this repository names is not run.
 * @returns what goes before such a command
 * @throws GitError | the signal's reason
 */
export async function withoutFilters(folder: string, signal: AbortSignal): Promise<readonly string[]> {
  const args = ['config', '--null', '--show-scope', '--name-only', '--get-regexp', '^filter\\.'];
  const listed = await git(folder, args, signal, [1]);
  const fields = listed.text.split('\0');
  const own = new Set<string>();
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = /^filter\.(.+)\.[^.]+$/s.exec(fields[i + 1] ?? '')?.[1];
    if (name !== undefined && (fields[i] === 'local' || fields[i] === 'worktree')) own.add(name);
  }
  return [...own].flatMap((name) =>
    ['clean=', 'process=', 'required=false'].flatMap((setting) => ['-c', `filter.${name}.${setting}`]),
  );
}

/**
 * @param folder absolute
 * @param args the command first, or what `withoutFilters` gives
 * @param fine exit codes that are answers, beside 0
 * @throws GitError | the signal's reason
 */
export async function git(
  folder: string,
  args: readonly string[],
  signal: AbortSignal,
  fine: readonly number[] = [],
): Promise<GitOutput> {
  signal.throwIfAborted();
  const child = spawn('git', [...gitGuards, ...settings, ...args], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    timeout: TIMEOUT_MS,
  });
  const stop = () => child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  const chunks: Buffer[] = [];
  let [bytes, errors] = [0, ''];
  child.stdout.on('data', (chunk: Buffer) => {
    if (bytes < MAX_BYTES) chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_BYTES) stop();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (errors.length < MAX_ERROR_CHARS) errors += text;
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    signal.throwIfAborted();
    const cut = bytes > MAX_BYTES;
    if (code === 0 || cut || fine.includes(code ?? -1)) {
      return { text: new TextDecoder().decode(Buffer.concat(chunks).subarray(0, MAX_BYTES)), cut };
    }
    if (code === null) throw new GitError('git took too long.', 'Ask for less: name a path.');
    throw refused(folder, errors);
  } catch (error) {
    if (signal.aborted || error instanceof GitError) throw error;
    throw new GitError('git could not be started.', 'Go on without it; it may not be installed.', {
      cause: error,
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function refused(folder: string, errors: string): GitError {
  const said = errors.trim().slice(0, MAX_ERROR_CHARS);
  if (/not a git repository/i.test(said))
    return new GitError(`${folder} is not in a git repository.`, 'Go on without its history.');
  if (/dubious ownership/i.test(said)) {
    return new GitError(
      `git does not trust ${folder}, which belongs to another user.`,
      'The person can allow it with git config --global --add safe.directory.',
    );
  }
  const [line = ''] = said.split('\n').map((text) => text.replace(/^(fatal|error): /, ''));
  return new GitError(`git refused: ${line}`, 'Correct the arguments.');
}

/** Runs commands in child processes of the person's shell, where there is no terminal with shell integration. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { CommandEnd, CommandOrder, CommandRunner } from '../engine/commandPorts';
import { CommandError } from '../engine/errors';
import { COMMAND_ENVIRONMENT } from './commandEnvironment';
import { isPosixShell, programName } from './commandSafety/programName';
import { endTree } from './endTree';

/** How long what a command has started may hold its output open after it ended. */
const LINGER_MS = 500;
const LINGER_STEP_MS = 50;

export class ChildCommands implements CommandRunner {
  /** @param path of the shell; default: the person's */
  constructor(
    private readonly path?: string,
    private readonly platform: NodeJS.Platform = process.platform,
  ) {}

  shell(): string {
    if (this.platform === 'win32') return this.path ?? 'powershell.exe';
    return this.path ?? commandShell(process.env.SHELL ?? '/bin/sh', this.platform);
  }

  async run({ command, folder, onOutput }: CommandOrder, signal: AbortSignal): Promise<CommandEnd> {
    if (signal.aborted) return { exitCode: undefined };
    const shell = this.shell();
    const { args, verbatim } = shellArguments(shell, command);
    const child = spawn(shell, args, {
      windowsVerbatimArguments: verbatim,
      cwd: folder,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      // A group of its own: it can be ended as a whole, and no signal meant for the editor reaches it.
      detached: this.platform !== 'win32',
    });
    const streams = [child.stdout, child.stderr];
    for (const stream of streams) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        const caughtUp = onOutput(text);
        if (!caughtUp) return;
        stream.pause();
        void caughtUp.then(() => stream.resume());
      });
    }
    const ended = ending(child, () => streams.some((stream) => stream.isPaused()));
    let killed: Promise<void> | undefined;
    const kill = () => {
      if (child.pid !== undefined) killed = endTree(child.pid);
    };
    signal.addEventListener('abort', kill, { once: true });
    try {
      const exitCode = await ended;
      await killed;
      return { exitCode: killed ? undefined : exitCode };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new CommandError(`The shell could not be started: ${message}.`, 'Tell the person.', {
        cause: error,
      });
    } finally {
      signal.removeEventListener('abort', kill);
    }
  }
}

/** @returns the person's shell, or bash in place of one (fish, nu) whose commands nobody here can judge */
export function commandShell(personal: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32' || isPosixShell(personal)) return personal;
  return ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash'].find((path) => existsSync(path)) ?? '/bin/sh';
}

/**
 * @returns what has a shell run a command and end; `verbatim`: Windows passes it on without quoting it once more
 */
export function shellArguments(
  shell: string,
  command: string,
): { readonly args: readonly string[]; readonly verbatim: boolean } {
  const name = programName(shell);
  if (/^(pwsh|powershell)/.test(name))
    return { args: ['-NoProfile', '-NonInteractive', '-Command', command], verbatim: false };
  // `/s` takes off the outer quotes and nothing else; `/d` runs nothing that the registry adds.
  if (name === 'cmd') return { args: ['/d', '/s', '/c', `"${command}"`], verbatim: true };
  return { args: ['-c', command], verbatim: false };
}

/** Resolves when the process has ended and its output was read, or is still held open by others after a moment. */
function ending(child: ChildProcess, isPaused: () => boolean): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? undefined));
    child.once('exit', (code) => {
      let left = LINGER_MS;
      const timer = setInterval(() => {
        // What is there is read, however long that takes.
        if (!isPaused()) left -= LINGER_STEP_MS;
        if (left > 0) return;
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve(code ?? undefined);
      }, LINGER_STEP_MS);
      child.once('close', () => clearInterval(timer));
    });
  });
}

/** Without what the editor has put into its own environment. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(ELECTRON_|VSCODE_)/.test(name));
  return { ...Object.fromEntries(own), TERM: 'dumb', NO_COLOR: '1', ...COMMAND_ENVIRONMENT };
}

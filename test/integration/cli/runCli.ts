import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Wall time. */
  readonly ms: number;
}

/**
 * Runs vctx to its end, without the keys that the environment may hold.
 * @param dist the build
 */
export function runCli(
  dist: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const start = performance.now();
  const { OPENAI_API_KEY: _, VIRTUAL_CONTEXT_API_KEY: __, ...inherited } = process.env;
  const child = spawn(process.execPath, [join(dist, 'vctx.js'), ...args], {
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((settle, fail) => {
    child.once('error', fail);
    child.once('close', (status) => settle({ status, stdout, stderr, ms: performance.now() - start }));
  });
}

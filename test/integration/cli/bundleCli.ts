/** Builds vctx and what it needs into a folder of its own, so that tests never run yesterday's build. */
import { spawn } from 'node:child_process';
import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { rgPath } from '@vscode/ripgrep';
import { build } from 'esbuild';
import { bundleDisk } from '../disk/diskBundle';

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Wall time. */
  readonly ms: number;
}

export interface Cli {
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Run>;
  remove(): void;
}

export async function bundleCli(options?: { readonly withLance: boolean }): Promise<Cli> {
  const disk = await bundleDisk(options);
  const folder = dirname(disk.script);
  renameSync(disk.script, join(folder, 'disk.js'));
  const sources = resolve(import.meta.dirname, '../../../src');
  await build({
    entryPoints: { vctx: join(sources, 'cli/main.ts'), tokenWorker: join(sources, 'models/tokenWorker.ts') },
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    supported: { 'dynamic-import': false },
    logLevel: 'error',
  });
  mkdirSync(join(folder, 'bin'));
  symlinkSync(rgPath, join(folder, 'bin', basename(rgPath)));
  return {
    run: (args, env = {}) => runProgram([join(folder, 'vctx.js'), ...args], env),
    remove: disk.remove,
  };
}

function runProgram(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Run> {
  const start = performance.now();
  const { OPENAI_API_KEY: _, VIRTUAL_CONTEXT_API_KEY: __, ...inherited } = process.env;
  const child = spawn(process.execPath, args, {
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

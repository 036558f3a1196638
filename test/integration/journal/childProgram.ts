/** Runs a TypeScript program of the tests in real child processes, so that they can race and be killed. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { build } from 'esbuild';

export interface Child {
  readonly process: ChildProcessByStdio<null, Readable, null>;
  /** The next line the program prints; undefined at its end. */
  line(): Promise<string | undefined>;
  /** `kill -9`, resolved once the process is gone. */
  kill(): Promise<void>;
  /** Resolved once the process is gone. */
  exited(): Promise<void>;
}

/** @returns a function that starts the program, bundled once into `outDir` */
export async function bundleProgram(source: string, outDir: string): Promise<(...args: string[]) => Child> {
  const outfile = join(outDir, 'program.cjs');
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  return (...args) => {
    const child = spawn(process.execPath, [outfile, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const gone = once(child, 'exit');
    const lines: Interface = createInterface({ input: child.stdout });
    const iterator = lines[Symbol.asyncIterator]();
    return {
      process: child,
      async line() {
        const next = await iterator.next();
        return next.done ? undefined : next.value;
      },
      async kill() {
        child.kill('SIGKILL');
        await gone;
      },
      async exited() {
        await gone;
      },
    };
  };
}

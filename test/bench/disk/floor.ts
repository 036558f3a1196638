import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/**
 * Reads, hashes and parses files as `floorProgram.ts` does, with as many threads as the indexer has and the same compiler.
 * @param dist the build, for its grammars
 * @returns milliseconds
 */
export async function physicalFloor(dist: string, paths: readonly string[]): Promise<number> {
  const program = join(import.meta.dirname, 'disk/floorProgram.mjs');
  const threads = String(Math.min(8, availableParallelism()));
  const child = spawn(process.execPath, ['--liftoff-only', program, join(dist, 'grammars'), threads], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(paths));
  const milliseconds = Number(await text(child.stdout));
  if (!(milliseconds > 0)) throw new Error('The floor could not be measured.');
  return milliseconds;
}

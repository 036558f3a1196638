/** Nearest neighbours among many vectors, by the index and by looking at each: vectorsProgram.ts. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DiskBenchOptions, DiskBenchResult } from './options';
import type { IndexedResult } from './vectorsProgram';

interface EmbeddingResult extends DiskBenchResult {
  readonly sizes: Readonly<Record<string, IndexedResult>>;
}

/** 50,000 vectors; without quick also 200,000. */
export async function runEmbedding({ quick, seed, repo }: DiskBenchOptions): Promise<EmbeddingResult> {
  const program = join(import.meta.dirname, 'vectorsProgram.cjs');
  const wanted = quick ? ['50000'] : ['50000', '200000'];
  const env = { ...process.env, RUST_LOG: 'error' };
  const { stdout } = await promisify(execFile)(process.execPath, [program, repo, String(seed), ...wanted], {
    env,
  });
  const lines = stdout.trim().split('\n');
  const sizes = Object.fromEntries(lines.map((line) => JSON.parse(line) as [string, IndexedResult]));
  return { headline: { vectorRecallAt100: sizes['50000']?.recallAt100 }, sizes };
}

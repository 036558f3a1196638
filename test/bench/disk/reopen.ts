/** What it takes to open a workspace in which nothing has changed, with and without the process running. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess } from '../../support/endProcess';
import { bringUpToDate, quantile, withBenchStore } from './benchStore';
import type { DiskBenchOptions, DiskBenchResult } from './options';

interface ReopenResult extends DiskBenchResult {
  readonly files: number;
  /** With a process that has to be started. */
  readonly coldMs: readonly number[];
  /** With one that is there. */
  readonly warmMs: readonly number[];
}

/** 20,000 small files in 1,000 folders; a fifth of that when it is to be quick. */
export function runReopen({ dist, quick }: DiskBenchOptions): Promise<ReopenResult> {
  return withBenchStore(dist, async (bench) => {
    const files = quick ? 4_000 : 20_000;
    for (let i = 0; i < files; i++) {
      const folder = join(bench.corpus, `area${i % 40}`, `part${Math.floor(i / 40) % 25}`);
      if (i < 1000) mkdirSync(folder, { recursive: true });
      writeFileSync(
        join(folder, `file${i}.ts`),
        `export function part${i}() {\n  return 'word${i % 997}';\n}\n`,
      );
    }
    const { files: indexed } = await bringUpToDate(bench);
    if (indexed !== files) throw new Error(`${indexed} of ${files} files are indexed`);
    const open = async () => {
      const start = performance.now();
      await bringUpToDate(bench);
      return performance.now() - start;
    };
    const [coldMs, warmMs]: [number[], number[]] = [[], []];
    for (let i = 0; i < 3; i++) {
      await endProcess((await bench.disk.status()).pid);
      coldMs.push(Math.round(await open()));
      warmMs.push(Math.round(await open()));
    }
    return { headline: { reopenMs: quantile(coldMs, 0.5) }, files, coldMs, warmMs };
  });
}

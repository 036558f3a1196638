/** What a store takes on disk after many small edits, beside one that is made anew from the same files. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DiskClient } from '../../../src/disk/client';
import { endProcess } from '../../support/endProcess';
import { Random } from '../engine/random';
import { type BenchStore, bringUpToDate, sizeOf, withBenchStore } from './benchStore';
import { Corpus } from './corpus';
import type { DiskBenchOptions, DiskBenchResult } from './options';

interface StorageResult extends DiskBenchResult {
  readonly pages: number;
  readonly updates: number;
  readonly batches: number;
  readonly seconds: number;
  readonly indexedMb: number;
  /** Largest size seen between two batches. */
  readonly peakMb: number;
  readonly afterMb: number;
  readonly freshMb: number;
  /** Size after the updates by size of a store made anew. */
  readonly ratio: number;
  readonly peakRatio: number;
}

/** 20,000 pages and 100,000 updates of single files in batches of one to eight; quick: 2,000 and 30. */
export function runStorage({ dist, quick, seed, repo }: DiskBenchOptions): Promise<StorageResult> {
  const [wantedPages, updates] = quick ? [2000, 30] : [20_000, 100_000];
  return withBenchStore(dist, async (bench) => {
    const corpus = new Corpus(repo, bench.corpus);
    corpus.growTo(wantedPages);
    const { pages } = await bringUpToDate(bench);
    const indexed = sizeOf(bench.store);
    const random = new Random(seed);
    const start = performance.now();
    let peak = indexed;
    let batches = 0;
    for (let done = 0; done < updates; batches++) {
      const count = Math.min(updates - done, 1 + Math.floor(random.next() ** 2 * 8));
      const changed = Array.from({ length: count }, () => edit(corpus.files, random, done++));
      await bench.disk.filesChanged(changed);
      await bench.disk.whenReady(AbortSignal.timeout(60_000));
      if (batches % 50 === 0) peak = Math.max(peak, sizeOf(bench.store));
      if (batches % 1000 === 999)
        console.log(`  ${done} updates: ${mb(sizeOf(bench.store))} MB of ${mb(indexed)}`);
    }
    const seconds = Math.round((performance.now() - start) / 1000);
    const after = sizeOf(bench.store);
    const fresh = await freshSize(dist, bench);
    const ratio = Math.round((after / fresh) * 100) / 100;
    return {
      headline: { diskRatio: ratio },
      pages,
      updates,
      batches,
      seconds,
      indexedMb: mb(indexed),
      peakMb: mb(Math.max(peak, after)),
      afterMb: mb(after),
      freshMb: mb(fresh),
      ratio,
      peakRatio: Math.round((Math.max(peak, after) / fresh) * 100) / 100,
    };
  });
}

function mb(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}

/** A line more or, in the other half of the cases, one less. */
function edit(files: readonly string[], random: Random, n: number): string {
  const file = random.pick(files);
  const lines = readFileSync(file, 'utf8').split('\n');
  if (random.next() < 0.5 || lines.length < 3) appendFileSync(file, `// edited ${n}: changedValue${n}\n`);
  else {
    lines.splice(Math.floor(random.next() * lines.length), 1);
    writeFileSync(file, lines.join('\n'));
  }
  return file;
}

async function freshSize(dist: string, bench: BenchStore): Promise<number> {
  const store = join(bench.folder, 'fresh');
  const disk = new DiskClient({ store, diskScript: join(dist, 'disk.js') });
  try {
    await bringUpToDate({ ...bench, disk, store });
    return sizeOf(store);
  } finally {
    const { pid } = await disk.status();
    disk.dispose();
    if (pid > 0) await endProcess(pid);
    rmSync(store, { recursive: true, force: true, maxRetries: 10 });
  }
}

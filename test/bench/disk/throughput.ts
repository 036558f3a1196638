/** A first index, from the call to the full-text index: beside the least it can cost, and beside another pipeline. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type BenchStore, bringUpToDate, peakMb, withBenchStore } from './benchStore';
import { embeddedPagesPerSecond, trigramPagesPerSecond } from './continueLike';
import { Corpus } from './corpus';
import { physicalFloor } from './floor';
import type { DiskBenchOptions, DiskBenchResult } from './options';

const round = (value: number, digits = 2) => Number(value.toFixed(digits));

interface ThroughputResult extends DiskBenchResult {
  readonly files: number;
  readonly pages: number;
  readonly mb: number;
  /** Above 1 the folder was copied with other names. */
  readonly copies: number;
  readonly seconds: number;
  readonly floorSeconds: readonly number[];
  /** Until the first search found something. */
  readonly searchableMs: number;
  /** The trigram index alone, without the embeddings. */
  readonly vsTrigramsOnly: number;
  readonly embeddedPagesPerSecond: number;
  /** The client's event loop while it is connected and the index grows, ms. */
  readonly clientLoopDelayP99Ms: number;
}

/** 50,000 pages; 8,000 when it is to be quick. */
export function runThroughput({ dist, quick, repo }: DiskBenchOptions): Promise<ThroughputResult> {
  return withBenchStore(dist, async (bench) => {
    const corpus = new Corpus(repo, bench.corpus);
    corpus.growTo(quick ? 8_000 : 50_000);
    const before = await physicalFloor(dist, corpus.files);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const start = performance.now();
    const [searchableMs, status] = await Promise.all([firstHit(bench), bringUpToDate(bench)]);
    const seconds = (performance.now() - start) / 1000;
    delay.disable();
    const peak = peakMb(status.pid);
    const after = await physicalFloor(dist, corpus.files);
    const floor = (before + after) / 2000;
    const tables = readdirSync(bench.store).find((name) => name.startsWith('tables-')) ?? '';
    const trigrams =
      status.pages /
      (await trigramPagesPerSecond(join(bench.store, tables), bench.folder, quick ? 2000 : 10_000));
    const embeddings = status.pages / embeddedPagesPerSecond;
    const mb = corpus.bytes / 1e6;
    return {
      headline: {
        mbPerSecond: round(mb / seconds),
        pagesPerSecond: Math.round(status.pages / seconds),
        filesPerSecond: Math.round(status.files / seconds),
        floorRatio: round(seconds / floor),
        vsContinueLike: round((trigrams + embeddings) / seconds, 1),
        peakMb: peak,
      },
      files: status.files,
      pages: status.pages,
      mb: round(mb, 1),
      copies: corpus.copies,
      seconds: round(seconds),
      floorSeconds: [round(before / 1000), round(after / 1000)],
      searchableMs,
      vsTrigramsOnly: round(trigrams / seconds),
      embeddedPagesPerSecond,
      clientLoopDelayP99Ms: round(delay.percentile(99) / 1e6, 1),
    };
  });
}

/** @returns milliseconds until a search finds something */
async function firstHit({ disk }: BenchStore): Promise<number> {
  const start = performance.now();
  for (;;) {
    const query = { text: 'function', page: 1, pageSize: 1 };
    const { total } = await disk.searchWorkspace(query, AbortSignal.timeout(60_000));
    if (total > 0) return Math.round(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

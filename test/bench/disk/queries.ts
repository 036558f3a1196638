/** How long a search takes as the index grows, beside ripgrep on the same files. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { rgPath } from '@vscode/ripgrep';
import { Random } from '../engine/random';
import { bringUpToDate, peakMb, quantile, sizeOf, withBenchStore } from './benchStore';
import { Corpus } from './corpus';
import type { DiskBenchOptions, DiskBenchResult } from './options';

interface SizeResult {
  readonly files: number;
  readonly pages: number;
  readonly mb: number;
  /** Above 1 the folder was copied with other names. */
  readonly copies: number;
  /** What was added since the size before. */
  readonly indexSeconds: number;
  readonly storeMb: number;
  readonly processPeakMb: number | undefined;
  readonly p50: number;
  readonly p95: number;
  readonly ripgrepP50: number;
  readonly ripgrepP95: number;
}

interface QueriesResult extends DiskBenchResult {
  readonly sizes: Readonly<Record<string, SizeResult>>;
}

const run = promisify(execFile);

/** 10,000, 50,000, 100,000, 200,000 and 1,000,000 pages; quick: 50,000. */
export function runQueries({ dist, quick, seed, repo }: DiskBenchOptions): Promise<QueriesResult> {
  const sizes = quick ? [50_000] : [10_000, 50_000, 100_000, 200_000, 1_000_000];
  return withBenchStore(dist, async (bench) => {
    const corpus = new Corpus(repo, bench.corpus);
    const random = new Random(seed);
    const results: Record<string, SizeResult> = {};
    for (const size of sizes) {
      corpus.growTo(size);
      const start = performance.now();
      const { files, pages, pid } = await bringUpToDate(bench);
      const indexSeconds = seconds(start);
      const questions = Array.from({ length: 200 }, () => question(corpus.files, random));
      const ask = async (text: string) => {
        const asked = performance.now();
        await bench.disk.searchWorkspace({ text, page: 1, pageSize: 10 }, AbortSignal.timeout(60_000));
        return performance.now() - asked;
      };
      // The first few find cold caches: a person asks them once a day.
      for (const text of questions.slice(0, 10)) await ask(text);
      const times: number[] = [];
      for (const text of questions) times.push(await ask(text));
      const ripgrep: number[] = [];
      for (const text of questions.slice(0, quick ? 5 : 10)) ripgrep.push(await grep(text, bench.corpus));
      results[size] = {
        files,
        pages,
        mb: Math.round(corpus.bytes / 1e6),
        copies: corpus.copies,
        indexSeconds,
        storeMb: Math.round(sizeOf(bench.store) / 1e6),
        processPeakMb: peakMb(pid),
        p50: quantile(times, 0.5),
        p95: quantile(times, 0.95),
        ripgrepP50: quantile(ripgrep, 0.5),
        ripgrepP95: quantile(ripgrep, 0.95),
      };
      console.log(`  ${size} pages: ${JSON.stringify(results[size])}`);
    }
    const queryP95Ms = Object.fromEntries(Object.entries(results).map(([size, { p95 }]) => [size, p95]));
    return { headline: { queryP95Ms }, sizes: results };
  });
}

function seconds(since: number): number {
  return Math.round((performance.now() - since) / 100) / 10;
}

/** Words of one place in a file: one name, or three to eight words. */
function question(files: readonly string[], random: Random): string {
  for (;;) {
    const text = readFileSync(random.pick(files), 'utf8');
    const words = text.match(/[A-Za-z_]\w{3,40}/g) ?? [];
    if (words.length < 20) continue;
    const from = Math.floor(random.next() * (words.length - 10));
    return words.slice(from, from + (random.next() < 0.3 ? 1 : 3 + Math.floor(random.next() * 6))).join(' ');
  }
}

/** Which files have any of the words: what a person without an index asks. @returns milliseconds */
async function grep(text: string, folder: string): Promise<number> {
  const start = performance.now();
  const patterns = text.split(' ').flatMap((word) => ['-e', word]);
  await run(rgPath, ['--files-with-matches', '--ignore-case', '--fixed-strings', ...patterns, folder], {
    maxBuffer: 256 * 1024 * 1024,
  }).catch(() => undefined);
  return performance.now() - start;
}

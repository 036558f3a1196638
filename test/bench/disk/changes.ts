/** One file saved → searchable, and a checkout of thousands of files, in an index of some size. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { ChangeBatch } from '../../../src/host/changeBatch';
import { Random } from '../engine/random';
import { type BenchStore, bringUpToDate, quantile, withBenchStore } from './benchStore';
import { Corpus } from './corpus';
import type { DiskBenchOptions, DiskBenchResult } from './options';

interface ChangesResult extends DiskBenchResult {
  readonly pages: number;
  readonly saves: number;
  readonly saveToSearchableP50Ms: number;
  /** From handing over an unsaved text until it is found; the editor's pause in typing comes before. */
  readonly typedToSearchableP50Ms: number;
  readonly typedToSearchableP95Ms: number;
  readonly checkoutFiles: number;
  /** Until all is in the index. */
  readonly checkoutSeconds: number;
}

/** In 50,000 pages 100 saves, one in 300 ms, and 2,000 files at once; when it is to be quick 8,000, 10 and 400. */
export function runChanges({ dist, quick, seed, repo }: DiskBenchOptions): Promise<ChangesResult> {
  return withBenchStore(dist, async (bench) => {
    const corpus = new Corpus(repo, bench.corpus);
    corpus.growTo(quick ? 8_000 : 50_000);
    const { pages } = await bringUpToDate(bench);
    const random = new Random(seed);
    // The others are not in the index.
    const files = corpus.files.filter((path) => !path.includes('.min.'));
    const times: number[] = [];
    for (let i = 0; i < (quick ? 10 : 100); i++) {
      const path = random.pick(files);
      times.push(await save(bench, path, newWord(random)));
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const typed: number[] = [];
    for (let i = 0; i < (quick ? 10 : 100); i++)
      typed.push(await type(bench, random.pick(files), newWord(random)));
    const all = corpus.files.slice(0, quick ? 400 : 2_000);
    for (const path of all) writeFileSync(path, `${readFileSync(path, 'utf8')}\nlet checkedOut${seed};\n`);
    const start = performance.now();
    await bench.disk.filesChanged(all);
    await bench.disk.whenReady(AbortSignal.timeout(600_000));
    const checkoutSeconds = Math.round((performance.now() - start) / 10) / 100;
    return {
      headline: { saveToSearchableP95Ms: quantile(times, 0.95) },
      pages,
      saves: times.length,
      saveToSearchableP50Ms: quantile(times, 0.5),
      typedToSearchableP50Ms: quantile(typed, 0.5),
      typedToSearchableP95Ms: quantile(typed, 0.95),
      checkoutFiles: all.length,
      checkoutSeconds,
    };
  });
}

/** @returns milliseconds until a new word is found that an editor has and the disk has not */
async function type({ disk }: BenchStore, path: string, word: string): Promise<number> {
  const text = `${readFileSync(path, 'utf8')}\n${word}\n`;
  const start = performance.now();
  await disk.overlay(path, text);
  const query = { text: word, page: 1, pageSize: 1 };
  const { hits } = await disk.searchWorkspace(query, AbortSignal.timeout(60_000));
  const time = performance.now() - start;
  if (!hits[0]?.unsaved) throw new Error(`${word} in ${path} was not found.`);
  await disk.overlay(path, null);
  return time;
}

/** A word that no file has, and that has no parts. */
function newWord(random: Random): string {
  const letter = () => String.fromCharCode(97 + random.int(0, 25));
  return `zq${Array.from({ length: 14 }, letter).join('')}`;
}

/**
 * Saves a file with a new word in it, and tells of it as the extension does.
 * @returns milliseconds until the word is found
 */
async function save({ disk }: BenchStore, path: string, word: string): Promise<number> {
  const batch = new ChangeBatch((paths) => void disk.filesChanged(paths));
  const start = performance.now();
  appendFileSync(path, `\n${word}\n`);
  batch.add(path);
  for (;;) {
    const query = { text: word, page: 1, pageSize: 1 };
    const { hits } = await disk.searchWorkspace(query, AbortSignal.timeout(60_000));
    if (hits[0]?.text.includes(word)) return performance.now() - start;
    if (performance.now() - start > 30_000) throw new Error(`${word} in ${path} was not found.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

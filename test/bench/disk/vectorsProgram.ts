/**
 * Nearest neighbours among many vectors: the index beside looking at each, and how long making it holds up the process's own
 * thread. The vectors are counts of the words of real source text, hashed into 256 dimensions: no model is at hand here, so
 * recall with a real one's vectors may differ. Arguments: folder of source text, seed, numbers of vectors. A program of its own,
 * in the module format of LanceDB's own copy of Arrow: tables of the other copy are refused.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Database } from '../../../src/disk/Database';
import { type SpaceInfo, VectorSpace } from '../../../src/disk/VectorSpace';
import { Random } from '../engine/random';
import { quantile, sizeOf } from './benchStore';
import { sourceFiles } from './corpus';

export interface IndexedResult {
  readonly trainSeconds: number;
  readonly loopDelayP99Ms: number;
  readonly flatP50: number;
  readonly flatP95: number;
  readonly p50: number;
  readonly p95: number;
  /** Share of the 100 nearest that the index finds. */
  readonly recallAt100: number;
  readonly storeMb: number;
}

const dimensions = 256;
const wanted = 100;
const linesOfPage = 25;
const rowsAtOnce = 2000;

async function main([repo = '', seed = '1', ...sizes]: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'vctx-bench-'));
  try {
    const database = await Database.open(folder);
    const random = new Random(Number(seed));
    const texts = [...sourceFiles(repo, '')].flatMap(({ text }) => [...pagesOf(text)]);
    for (const size of sizes) {
      const result = await measure(database, Number(size), texts, random);
      console.log(JSON.stringify([size, result]));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function measure(
  database: Database,
  size: number,
  texts: readonly string[],
  random: Random,
): Promise<IndexedResult> {
  const info: SpaceInfo = {
    model: 'words',
    dimensions,
    table: `vectors-${size}`,
    complete: true,
    trainedOn: 0,
  };
  const space = await VectorSpace.open(database, info);
  for (let i = 0; i < size; i += rowsAtOnce) {
    const rows = Array.from({ length: Math.min(rowsAtOnce, size - i) }, (_, n) => ({
      hash: (i + n + 1).toString(16).padStart(16, '0'),
      vector: vectorOf(texts[(i + n) % texts.length] as string, random, i + n < texts.length ? 0 : 0.3),
    }));
    await space.add(rows);
  }
  const questions = Array.from({ length: 100 }, () => vectorOf(random.pick(texts), random, 0.5));
  const flat = await ask(space, questions);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const start = performance.now();
  await space.train();
  const trainSeconds = Math.round((performance.now() - start) / 100) / 10;
  delay.disable();
  const indexed = await ask(space, questions);
  const shares = flat.found.map(
    (truth, i) => truth.filter((hash) => indexed.found[i]?.includes(hash)).length,
  );
  const found = shares.reduce((sum, share) => sum + share, 0);
  return {
    trainSeconds,
    loopDelayP99Ms: Math.round(delay.percentile(99) / 1e5) / 10,
    flatP50: quantile(flat.times, 0.5),
    flatP95: quantile(flat.times, 0.95),
    p50: quantile(indexed.times, 0.5),
    p95: quantile(indexed.times, 0.95),
    recallAt100: Math.round((1000 * found) / (questions.length * wanted)) / 1000,
    storeMb: Math.round(sizeOf(join(database.folder, `${info.table}.lance`)) / 1e6),
  };
}

async function ask(space: VectorSpace, questions: readonly Float32Array[]) {
  const times: number[] = [];
  const found: string[][] = [];
  for (const question of questions.slice(0, 5)) await space.nearest(question, wanted);
  for (const question of questions) {
    const start = performance.now();
    const near = await space.nearest(question, wanted);
    times.push(performance.now() - start);
    found.push(near.map(({ hash }) => hash));
  }
  return { times, found };
}

function* pagesOf(text: string): Generator<string> {
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i += linesOfPage) yield lines.slice(i, i + linesOfPage).join('\n');
}

/** @param dropped share of the words left out: what is near the whole, and not the same */
function vectorOf(text: string, random: Random, dropped: number): Float32Array {
  const counts = new Map<number, number>();
  for (const word of text.toLowerCase().match(/[a-z]{2,}/g) ?? []) {
    if (random.next() < dropped) continue;
    let hash = 7;
    for (let i = 0; i < word.length; i++) hash = (Math.imul(hash, 31) + word.charCodeAt(i)) | 0;
    counts.set(hash, (counts.get(hash) ?? 0) + 1);
  }
  const vector = new Float32Array(dimensions);
  for (const [hash, count] of counts) {
    const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    const place = (mixed >>> 8) % dimensions;
    vector[place] = (vector[place] as number) + (mixed & 1 ? 1 : -1) * (1 + Math.log(count));
  }
  return vector;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

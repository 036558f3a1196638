/**
 * The least that indexing can cost: reads, hashes and parses files with some threads and keeps nothing. Arguments: folder of
 * the grammars, number of threads; standard input: absolute paths as JSON. Prints milliseconds, from before the threads are
 * started.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { text } from 'node:stream/consumers';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { grammarOf, languageOf } from '../../../src/disk/languages';
import { Parsers } from '../../../src/disk/Parsers';
import { decodeText } from '../../../src/engine/decodeText';

interface Work {
  readonly grammars: string;
  readonly paths: readonly string[];
  /** How many files were taken, for all threads. */
  readonly taken: Int32Array;
}

async function parseAll({ grammars, paths, taken }: Work): Promise<void> {
  // As the indexing threads run.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const parsers = new Parsers(grammars);
  for (let i = Atomics.add(taken, 0, 1); i < paths.length; i = Atomics.add(taken, 0, 1)) {
    const path = paths[i] ?? '';
    const bytes = readFileSync(path);
    createHash('sha256').update(bytes).digest('hex');
    const source = decodeText(bytes);
    const grammar = grammarOf(languageOf(path));
    if (source !== undefined && grammar !== undefined) await parsers.parse(grammar, source, () => true);
  }
}

async function main(): Promise<void> {
  const [, program = '', grammars = '', threads = '1'] = process.argv;
  const paths = JSON.parse(await text(process.stdin)) as string[];
  const taken = new Int32Array(new SharedArrayBuffer(4));
  const start = performance.now();
  const workers = Array.from(
    { length: Number(threads) },
    () => new Worker(program, { workerData: { grammars, paths, taken } satisfies Work }),
  );
  const failures = workers.map(
    (worker) =>
      new Promise<void>((resolve, reject) => {
        worker.on('error', reject);
        worker.on('exit', () => resolve());
      }),
  );
  await Promise.all(failures);
  console.log(performance.now() - start);
}

await (isMainThread ? main() : parseAll(workerData as Work));

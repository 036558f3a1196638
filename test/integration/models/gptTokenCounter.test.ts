import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { GptTokenCounter } from '../../../src/models/gptTokenCounter';
import { inProcessTokenCounter } from '../../support/inProcessTokenCounter';

let folder: string;
const workerPath = join(inject('dist'), 'tokenWorker.js');
const counters: GptTokenCounter[] = [];

function counter(path = workerPath): GptTokenCounter {
  const made = new GptTokenCounter(path);
  counters.push(made);
  return made;
}

/** A worker made for the test: `program` sees `parentPort` and `require`. */
function worker(name: string, program: string): string {
  const path = join(folder, `${name}.cjs`);
  writeFileSync(path, `const { parentPort } = require('node:worker_threads');\n${program}`);
  return path;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'token-worker-'));
});
afterEach(() => {
  for (const made of counters.splice(0)) made.dispose();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('GptTokenCounter', () => {
  it('counts each text, in order, special tokens as text', async () => {
    const texts = ['', 'hello world', 'hello', '<|endoftext|>', 'Grüße 😀\r\n', 'hello world'];
    expect(await counter().count(texts)).toEqual([0, 2, 1, 7, expect.any(Number), 2]);
    expect(await counter().count(texts)).toEqual(await inProcessTokenCounter.count(texts));
  });

  it('keeps calls apart that are made at the same time', async () => {
    const made = counter();
    const counts = await Promise.all(
      ['a', 'hello world', 'one two three'].map((text) => made.count([text, text])),
    );
    expect(counts).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  });

  it('leaves the calling thread free while it counts a text that blocks the tokenizer', async () => {
    const made = counter();
    await made.count(['warm up']);
    let longestGap = 0;
    let last = performance.now();
    const watch = setInterval(() => {
      longestGap = Math.max(longestGap, performance.now() - last);
      last = performance.now();
    }, 5);
    const before = performance.now();
    const [letters, blanks] = await made.count(['a'.repeat(400_000), ' '.repeat(400_000)]);
    const took = performance.now() - before;
    clearInterval(watch);
    expect(letters).toBe(50_000);
    expect(blanks).toBeGreaterThan(1_000);
    expect(took).toBeLessThan(10_000);
    expect(longestGap).toBeLessThan(took / 2 + 50);
  });

  it('restarts a worker that crashed and counts what was under way again', async () => {
    const flag = join(folder, 'crashed-once');
    const path = worker(
      'crashOnce',
      `const fs = require('node:fs');
       parentPort.on('message', ({ id, texts }) => {
         if (!fs.existsSync(${JSON.stringify(flag)})) { fs.writeFileSync(${JSON.stringify(flag)}, ''); process.exit(1); }
         parentPort.postMessage({ id, counts: texts.map(() => 42) });
       });`,
    );
    expect(await counter(path).count(['abc', 'def'])).toEqual([42, 42]);
  });

  it('estimates when the worker keeps crashing, at once from then on', async () => {
    const made = counter(
      worker('crashAlways', `parentPort.on('message', () => { throw new Error('broken'); });`),
    );
    expect(await made.count(['abcdef', 'a'])).toEqual([2, 1]);
    expect(await made.count(['abcdefg'])).toEqual([3]);
  });

  it('estimates when the worker is missing', async () => {
    expect(await counter(join(folder, 'missing.js')).count(['abcdef'])).toEqual([2]);
    expect(await counter('relative/path/is/refused').count(['abcdef'])).toEqual([2]);
  });

  it('asks the worker only once for a short text', async () => {
    const path = worker(
      'counting',
      `let n = 0; parentPort.on('message', ({ id, texts }) => parentPort.postMessage({ id, counts: texts.map(() => ++n) }));`,
    );
    const made = counter(path);
    const long = 'x'.repeat(5_000);
    expect(await made.count(['same', long])).toEqual([1, 2]);
    expect(await made.count(['same', long])).toEqual([1, 3]);
  });

  it('answers counts under way when it is disposed of', async () => {
    const made = counter(worker('silent', `parentPort.on('message', () => undefined);`));
    const counting = made.count(['abcdef']);
    setTimeout(() => made.dispose(), 50);
    expect(await counting).toEqual([2]);
    expect(await made.count(['abc'])).toEqual([1]);
  });

  it('lets the process end without being disposed of', async () => {
    const { execFile } = await import('node:child_process');
    const program = join(folder, 'program.cjs');
    await build({
      stdin: {
        contents: `import { GptTokenCounter } from './src/models/gptTokenCounter';
          new GptTokenCounter(${JSON.stringify(workerPath)}).count(['hello world']).then((counts) => process.stdout.write(String(counts)));`,
        resolveDir: process.cwd(),
      },
      outfile: program,
      bundle: true,
      platform: 'node',
      logLevel: 'error',
    });
    const out = await new Promise((resolve, reject) => {
      execFile(process.execPath, [program], { timeout: 20_000 }, (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      );
    });
    expect(out).toBe('2');
  });
});

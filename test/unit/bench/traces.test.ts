import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Random } from '../../bench/engine/random';
import { loadTraces, referencesOf } from '../../bench/engine/traces';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vctx-traces-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const files = Array.from({ length: 12 }, (_, i) => `src/${i}.ts`);

function write(name: string): void {
  const lines = [
    { t: 1, files },
    { t: 2, files: ['b.ts'] },
  ].map((commit) => JSON.stringify(commit));
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
}

it('shuffles each commit by the seed and keeps the order of commits', () => {
  write('one.jsonl');
  const [trace] = loadTraces(folder, 1);
  expect(trace?.name).toBe('one');
  const references = trace ? referencesOf(trace) : [];
  expect(references.at(-1)).toBe('b.ts');
  expect(references.slice(0, 12)).not.toEqual(files);
  expect(references.slice(0, 12).sort()).toEqual([...files].sort());
  expect(loadTraces(folder, 1)[0]).toEqual(trace);
  expect(loadTraces(folder, 2)[0]).not.toEqual(trace);
});

it('shuffles a trace alike whatever else is in the folder', () => {
  write('two.jsonl');
  const alone = loadTraces(folder, 7)[0];
  write('one.jsonl');
  expect(loadTraces(folder, 7)[1]).toEqual(alone);
});

it('says when there is no trace', () => {
  expect(() => loadTraces(folder, 1)).toThrow('holds no trace');
});

it('draws evenly, and sizes around their median', () => {
  const random = new Random(5);
  const drawn = Array.from({ length: 6000 }, () => random.int(1, 6));
  for (let face = 1; face <= 6; face++) {
    const share = drawn.filter((value) => value === face).length / drawn.length;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.185);
  }
  const sizes = Array.from({ length: 4001 }, () => random.size(100, 1, 5, 2000)).sort((a, b) => a - b);
  expect(sizes[2000]).toBeGreaterThan(90);
  expect(sizes[2000]).toBeLessThan(111);
  expect(sizes[3366]).toBeGreaterThan(230);
  expect(sizes.at(-1)).toBeLessThanOrEqual(2000);
});

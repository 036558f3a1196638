/** What checkpoints cost, on the real journal and the real blob store. `npm run bench -- engine checkpoints` has the figures. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkpointTurns, fileNames, plainFiles, sizeOf, sourceText } from '../../support/checkpointTurns';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'vctx-checkpoints-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

it('one of 20 files that were never copied costs less than 20 ms, or little more than the disk takes', async () => {
  const engine = await checkpointTurns(dir);
  const costs: number[] = [];
  const disk: number[] = [];
  for (let turn = 1; turn <= 15; turn++) {
    await engine.startTurn(turn);
    const texts = fileNames.map((_, n) => sourceText(turn * 100 + n));
    disk.push(await plainFiles(dir, texts));
    costs.push(await engine.keep(texts));
  }
  await engine.close();
  // What a slow disk takes by itself is not the checkpoint's.
  expect(median(costs)).toBeLessThan(Math.max(20, 2.5 * median(disk)));
});

it('one of 20 files is a line in the log, which takes less than 20 ms', async () => {
  const engine = await checkpointTurns(dir);
  for (const [n, name] of fileNames.entries()) engine.set(name, sourceText(n + 1));
  for (let turn = 1; turn <= 7; turn++) {
    await engine.startTurn(turn);
    for (const name of fileNames) await engine.edit(name, (now) => `// ${turn}\n${now}`);
  }
  await engine.close();
  expect(engine.lines).toHaveLength(7);
  expect(median(engine.lines)).toBeLessThan(20);
});

it('a thousand take no more than the distinct contents, and the first has all files back', async () => {
  const engine = await checkpointTurns(dir);
  const contents = new Set<string>();
  const names = fileNames.slice(0, 5);
  for (const [n, name] of names.entries()) engine.set(name, sourceText(n + 1));
  for (let turn = 1; turn <= 1000; turn++) {
    await engine.startTurn(turn);
    const name = names[turn % 5] ?? '';
    // Now and then a change takes the one before it back.
    const mark = `// change ${turn - (turn % 50)}\n`;
    contents.add(await engine.content(name));
    await engine.edit(name, (now) => (now.startsWith(mark) ? now.slice(mark.length) : mark + now));
    contents.add(await engine.content(name));
  }
  const list = await engine.checkpoints.list();
  expect(list).toHaveLength(1000);
  const distinct = [...contents].reduce((sum, one) => sum + Buffer.byteLength(one), 0);
  expect(contents.size).toBeGreaterThan(100);
  expect((await sizeOf(join(dir, 'blobs'))).bytes).toBeLessThanOrEqual(distinct);
  await engine.checkpoints.restore(list.at(-1)?.seq ?? 0);
  for (const [n, name] of names.entries()) expect(await engine.content(name)).toBe(sourceText(n + 1));
  await engine.close();
});

/** What checkpoints cost, on the real journal and the real blob store. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Checkpoints } from '../../../src/engine/changes/Checkpoints';
import { FileChanges } from '../../../src/engine/changes/FileChanges';
import type { SessionLog } from '../../../src/engine/ports';
import { SessionRecorder } from '../../../src/engine/SessionRecorder';
import { SessionState } from '../../../src/engine/SessionState';
import { FileBlobStore } from '../../../src/journal/fileBlobStore';
import { FileSessionLog } from '../../../src/journal/fileSessionLog';
import { sha256 } from '../../../src/journal/sha256';
import { lineChanges } from '../../../src/tools/lineChanges';
import { memoryWorld, roughCounter } from '../../support/memoryPorts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'vctx-checkpoints-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function engine(log: SessionLog) {
  const { files } = memoryWorld();
  const blobs = await FileBlobStore.open(join(dir, 'blobs'));
  const state = new SessionState('s', blobs, roughCounter, () => 0);
  await state.restore(log.read(), () => undefined);
  const recorder = new SessionRecorder(log, state, Date, () => ({ resident: 0, budget: 0 }));
  const parts = { recorder, files, blobs, hash: sha256, lineDiff: lineChanges };
  const changes = new FileChanges({ ...parts, mode: () => 'edit' });
  const content = async (path: string) => (await files.read(path)).text;
  const edit = async (path: string, change: (text: string) => string) => {
    const before = await content(path);
    await changes.make({ kind: 'write', path, before, after: change(before) }, []);
  };
  return { files, recorder, edit, content, checkpoints: new Checkpoints({ ...parts, changes }) };
}

const text = (seed: number) =>
  Array.from({ length: 200 }, (_, n) => `line ${n} of ${seed}: ${n * seed}\n`).join('');
const names = (count: number) => Array.from({ length: count }, (_, n) => `f${n}.ts`);

it('one of 20 files costs less than 20 ms: it is a line in the log', async () => {
  const log = await FileSessionLog.open(join(dir, 'sessions'), 's');
  const costs: number[] = [];
  const timed: SessionLog = {
    sessionId: log.sessionId,
    read: () => log.read(),
    close: () => log.close(),
    append: async (events) => {
      const start = performance.now();
      const appended = await log.append(events);
      if (events.some(({ type }) => type === 'checkpoint.created')) costs.push(performance.now() - start);
      return appended;
    },
  };
  const { files, recorder, edit } = await engine(timed);
  for (const [n, name] of names(20).entries()) files.set(name, text(n + 1));
  for (let turn = 1; turn <= 7; turn++) {
    await recorder.record({ type: 'turn.started', turn });
    for (const name of names(20)) await edit(name, (now) => `${turn} ${now}`);
  }
  await log.close();
  expect(costs).toHaveLength(7);
  expect(costs.sort((a, b) => a - b)[3]).toBeLessThan(20);
});

it('a thousand take no more than the distinct contents, and the first has all files back', async () => {
  const { files, recorder, edit, content, checkpoints } = await engine(memoryWorld().log);
  const contents = new Set<string>();
  for (const [n, name] of names(5).entries()) files.set(name, text(n + 1));
  for (let turn = 1; turn <= 1000; turn++) {
    await recorder.record({ type: 'turn.started', turn });
    const name = names(5)[turn % 5] ?? '';
    // Now and then a change takes the one before it back.
    const mark = `// change ${turn - (turn % 50)}\n`;
    contents.add(await content(name));
    await edit(name, (now) => (now.startsWith(mark) ? now.slice(mark.length) : mark + now));
    contents.add(await content(name));
  }
  const list = await checkpoints.list();
  expect(list).toHaveLength(1000);
  const stored = readdirSync(join(dir, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  const distinct = [...contents].reduce((sum, one) => sum + Buffer.byteLength(one), 0);
  expect(contents.size).toBeGreaterThan(100);
  expect(stored).toBeLessThanOrEqual(distinct);
  await checkpoints.restore(list.at(-1)?.seq ?? 0);
  for (const [n, name] of names(5).entries()) expect(await content(name)).toBe(text(n + 1));
});

/** A real session whose store was swept of all that may go: every request can be rebuilt, and the session goes on. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AgentProcess } from '../../../src/engine/AgentProcess';
import { FileBlobStore } from '../../../src/journal/fileBlobStore';
import { FileSessionHistory } from '../../../src/journal/fileSessionHistory';
import { blobsFolder, sessionsFolder } from '../../../src/journal/storeFolders';
import { sweepBlobs } from '../../../src/journal/sweepBlobs';
import { rebuildAllRequests } from '../../support/rebuildRequests';
import { ScriptedModel } from '../../support/scriptedModel';
import { openRealEngine } from './realEngine';

const WEEKS_AGO = (Date.now() - 30 * 24 * 60 * 60_000) / 1000;

let home: string;
let store: string;
let folder: string;
let agent: AgentProcess | undefined;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'vctx-swept-'));
  store = join(home, 'store');
  folder = join(home, 'app');
  mkdirSync(folder);
});
afterEach(async () => {
  await agent?.dispose();
  rmSync(home, { recursive: true });
});

/** Reads a part of the file, edits one of its lines, and says so. */
function worker(): ScriptedModel {
  const said = /line (\d+)/;
  return new ScriptedModel(
    ({ messages }) => {
      const asked = messages.findLast(({ role }) => role === 'user')?.content ?? '';
      const line = Number(said.exec(asked)?.[1] ?? 1);
      const results = messages.length - 1 - messages.findLastIndex(({ role }) => role === 'user');
      if (results === 0)
        return {
          calls: [{ name: 'read_file', arguments: { path: 'a.ts', startLine: line, endLine: line + 20 } }],
        };
      if (results > 2) return { text: 'done' };
      const edits = [{ old: `const value${line} = 0;`, new: `const value${line} = ${line};` }];
      return { calls: [{ name: 'edit_file', arguments: { path: 'a.ts', edits } }] };
    },
    { windowTokens: 8192 },
  );
}

const open = async () => {
  agent = await openRealEngine({ store, folder, session: 's', model: worker(), settings: { mode: 'auto' } });
  return agent;
};

it('rebuilds every request, restores nothing by halves, and goes on', { timeout: 120_000 }, async () => {
  const lines = Array.from({ length: 600 }, (_, n) => `const value${n + 1} = 0;\n`);
  writeFileSync(join(folder, 'a.ts'), lines.join(''));
  const first = await open();
  for (let n = 1; n <= 12; n++) await first.submit(`Set line ${n * 40} ${'please '.repeat(300)}`);
  await first.dispose();
  expect(readFileSync(join(folder, 'a.ts'), 'utf8')).toContain('const value480 = 480;');
  for (const entry of readdirSync(blobsFolder(store), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), WEEKS_AGO, WEEKS_AGO);

  const swept = await sweepBlobs({
    blobs: blobsFolder(store),
    sessions: sessionsFolder(store),
    maxCheckpointBytes: 0,
    now: Date.now(),
  });
  expect(swept?.copies).toBeGreaterThan(5);

  const history = new FileSessionHistory(sessionsFolder(store));
  const log = { sessionId: 's', read: () => history.lineage('s') };
  const blobs = await FileBlobStore.open(blobsFolder(store));
  expect((await rebuildAllRequests({ log, blobs })).length).toBeGreaterThan(30);
  let epochs = 0;
  for await (const event of log.read()) if (event.type === 'epoch.started') epochs++;
  expect(epochs).toBeGreaterThan(1);

  const again = await open();
  const [last] = await again.checkpoints.list();
  expect(last?.gone).toBe(true);
  const before = readFileSync(join(folder, 'a.ts'), 'utf8');
  const restoring = again.checkpoints.restore(last?.seq ?? 0, { force: true });
  await expect(restoring).rejects.toMatchObject({ name: 'CheckpointGoneError' });
  expect(readFileSync(join(folder, 'a.ts'), 'utf8')).toBe(before);
  expect(await again.submit('Set line 560')).toBe('done');
  expect(readFileSync(join(folder, 'a.ts'), 'utf8')).toContain('const value560 = 560;');
  const [newest] = await again.checkpoints.list();
  await again.checkpoints.restore(newest?.seq ?? 0);
  expect(readFileSync(join(folder, 'a.ts'), 'utf8')).toBe(before);
});

/** Files that are no text, moved and deleted by the model: the person has them back byte for byte. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AgentProcess } from '../../../src/engine/AgentProcess';
import { ScriptedModel, type ScriptedReply } from '../../support/scriptedModel';
import { openRealEngine } from './realEngine';

const IMAGE = Buffer.from([1, 0, 2, 0xff]);
let home: string;
let agent: AgentProcess;
let steps: NonNullable<ScriptedReply['calls']>[];
const file = (path: string) => join(home, path);

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'vctx-binary-')));
  writeFileSync(file('image.png'), IMAGE);
  const model = new ScriptedModel(() => {
    const calls = steps.shift();
    return calls ? { calls } : { text: 'done' };
  });
  agent = await openRealEngine({ store: file('store'), folder: home, session: 's1', model });
});

afterEach(async () => {
  await agent.dispose();
  await rm(home, { recursive: true, force: true });
});

const remove = (path: string) => [{ name: 'delete_file', arguments: { path } }];
const move = (from: string, to: string) => [{ name: 'move_file', arguments: { from, to } }];

it('what was deleted waits, without lines, and comes back by Undo', async () => {
  steps = [remove('image.png')];
  await agent.submit('go');
  expect(existsSync(file('image.png'))).toBe(false);
  expect(await agent.review.pending()).toMatchObject([
    { path: 'image.png', change: 'deleted', added: 0, removed: 0, hunks: [] },
  ]);
  expect(await agent.review.baseline('image.png')).toBeUndefined();
  expect(await agent.review.undo()).toEqual([]);
  expect(readFileSync(file('image.png'))).toEqual(IMAGE);
});

it('what was moved and then deleted comes back to where it was', async () => {
  steps = [move('image.png', 'lib/image.png'), remove('lib/image.png')];
  await agent.submit('go');
  expect(await agent.review.pending()).toMatchObject([{ path: 'image.png', change: 'deleted' }]);
  expect(await agent.review.undo()).toEqual([]);
  expect(readFileSync(file('image.png'))).toEqual(IMAGE);
});

it('what was deleted comes back by the checkpoint, and never over another', async () => {
  steps = [remove('image.png')];
  await agent.submit('go');
  const [checkpoint] = await agent.checkpoints.list();
  await agent.checkpoints.restore(checkpoint?.seq ?? 0);
  expect(readFileSync(file('image.png'))).toEqual(IMAGE);
  steps = [remove('image.png')];
  await agent.submit('go');
  writeFileSync(file('image.png'), Buffer.from([7, 0]));
  expect(await agent.review.undo()).toMatchObject([{ path: 'image.png' }]);
  expect(readFileSync(file('image.png'))).toEqual(Buffer.from([7, 0]));
});

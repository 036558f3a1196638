/** Files that are no text, moved and deleted by the model: the person has them back byte for byte. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { moveCall, type ScriptedFolder, scriptedFolder } from './scriptedFolder';

const IMAGE = Buffer.from([1, 0, 2, 0xff]);
let folder: ScriptedFolder;

beforeEach(async () => {
  folder = await scriptedFolder({ 'image.png': IMAGE });
});
afterEach(() => folder.close());

const remove = (path: string) => ({ name: 'delete_file', arguments: { path } });

it('what was deleted waits, without lines, and comes back by Undo', async () => {
  await folder.run(remove('image.png'));
  expect(existsSync(folder.file('image.png'))).toBe(false);
  expect(await folder.agent.review.pending()).toMatchObject([
    { path: 'image.png', change: 'deleted', added: 0, removed: 0, hunks: [] },
  ]);
  expect(await folder.agent.review.baseline('image.png')).toBeUndefined();
  expect(await folder.agent.review.undo()).toEqual([]);
  expect(readFileSync(folder.file('image.png'))).toEqual(IMAGE);
});

it('what was moved and then deleted comes back to where it was', async () => {
  await folder.run(moveCall('image.png', 'lib/image.png'), remove('lib/image.png'));
  expect(await folder.agent.review.pending()).toMatchObject([{ path: 'image.png', change: 'deleted' }]);
  expect(await folder.agent.review.undo()).toEqual([]);
  expect(readFileSync(folder.file('image.png'))).toEqual(IMAGE);
});

it('what was deleted comes back by the checkpoint, and never over another', async () => {
  await folder.run(remove('image.png'));
  const [checkpoint] = await folder.agent.checkpoints.list();
  await folder.agent.checkpoints.restore(checkpoint?.seq ?? 0);
  expect(readFileSync(folder.file('image.png'))).toEqual(IMAGE);
  await folder.run(remove('image.png'));
  writeFileSync(folder.file('image.png'), Buffer.from([7, 0]));
  expect(await folder.agent.review.undo()).toMatchObject([{ path: 'image.png' }]);
  expect(readFileSync(folder.file('image.png'))).toEqual(Buffer.from([7, 0]));
});

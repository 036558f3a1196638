/** A crash has left open whether a file was changed: what the store can tell, and what it cannot just now. */
import { beforeEach, expect, it, vi } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { JournalError } from '../../../src/engine/errors';
import { type MemoryWorld, memoryWorld, sha256 } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

const [FIRST, BEFORE, AFTER] = ['zero\n', 'one\n', 'two\n'];
let world: MemoryWorld;

beforeEach(async () => {
  world = memoryWorld();
  for (const text of [FIRST, BEFORE, AFTER]) await world.blobs.put(text);
  const hashes = { before: sha256(BEFORE), after: sha256(AFTER) };
  await world.log.append([
    { type: 'session.started', workspace: ['proj'], at: 0 },
    { type: 'turn.started', turn: 1, at: 0 },
    { type: 'checkpoint.created', turn: 1, at: 0 },
    // It waits for the person already: what it is compared with is a text as well.
    { type: 'file.edited', path: 'a.ts', before: sha256(FIRST), after: sha256(BEFORE), basedOn: [], at: 0 },
    { type: 'file.editing', kind: 'write', path: 'a.ts', ...hashes, basedOn: [], at: 0 },
  ]);
  world.files.set('a.ts', AFTER);
});

const open = () =>
  AgentProcess.open(memoryWorld({ after: world }).parts, async () => new ScriptedModel(() => ({ text: '' })));
/** What is recorded of it after it was begun. */
const settled = () => {
  const types = world.log.events.map(({ type }) => type);
  return types
    .slice(types.indexOf('file.editing'))
    .filter((type) => /^file\.(?:edited|notEdited)$/.test(type));
};

it.each([
  ['before', BEFORE],
  ['after', AFTER],
  ['that it is compared with', FIRST],
])('is decided another time when the text %s cannot be read, and the chat opens', async (_, damaged) => {
  const get = world.blobs.get.bind(world.blobs);
  const reads = vi.spyOn(world.blobs, 'get').mockImplementation(async (hash) => {
    if (hash === sha256(damaged)) throw new JournalError('The blob is damaged.', 'Restore it.');
    return get(hash);
  });
  const agent = await open();
  expect(settled()).toEqual([]);
  await agent.dispose();
  reads.mockRestore();
  const again = await open();
  expect(settled()).toEqual(['file.edited']);
  expect(await again.review.pending()).toMatchObject([{ path: 'a.ts', change: 'edited' }]);
  expect(await again.review.undo()).toEqual([]);
  expect((await world.files.read('a.ts')).text).toBe(FIRST);
});

it('was not made when the text to be written never came into the store', async () => {
  world.blobs.texts.delete(sha256(AFTER));
  await open();
  expect(settled()).toEqual(['file.notEdited']);
});

/** Texts of long ago that the sweep has taken out of the store: nothing is half restored, and work goes on. */
import { beforeEach, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { editFile } from '../../../src/tools/editFile';
import { readFile } from '../../../src/tools/readFile';
import { type MemoryWorld, memoryWorld, sha256 } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

let world: MemoryWorld;
let agent: AgentProcess;
let edits: readonly { readonly path: string; readonly old: string; readonly new: string }[];

async function open(after?: MemoryWorld): Promise<void> {
  world = memoryWorld({ functions: [readFile, editFile], ...(after ? { after } : {}) });
  const model = new ScriptedModel(({ messages }) => {
    if (messages.at(-1)?.role !== 'user') {
      const left = edits;
      edits = [];
      return left.length > 0
        ? { calls: left.map((edit) => ({ name: 'edit_file', arguments: edit })) }
        : { text: 'done' };
    }
    const paths = edits.map(({ path }) => path);
    return { calls: paths.map((path) => ({ name: 'read_file', arguments: { path } })) };
  });
  const settings = () => ({ ...world.parts.settings(), mode: 'edit' as const });
  agent = await AgentProcess.open({ ...world.parts, settings }, async () => model);
}

async function turn(
  ...changes: readonly (readonly [path: string, old: string, put: string])[]
): Promise<void> {
  edits = changes.map(([path, old, put]) => ({ path, old, new: put }));
  expect(await agent.submit('go')).toBe('done');
}

const content = async (path: string) => (await world.files.read(path)).text;
const lose = (text: string) => expect(world.blobs.texts.delete(sha256(text))).toBe(true);

beforeEach(async () => {
  await open();
  world.files.set('a.ts', 'one\n');
  world.files.set('b.ts', 'uno\n');
  await turn(['a.ts', 'one', 'two'], ['b.ts', 'uno', 'due']);
  await agent.review.keep();
  await turn(['a.ts', 'two', 'three']);
  await agent.review.keep();
  await turn(['b.ts', 'due', 'tre']);
});

it('a checkpoint that lacks a text is listed so, and restores nothing', async () => {
  lose('one\n');
  const list = await agent.checkpoints.list();
  expect(list.map(({ gone }) => gone)).toEqual([undefined, undefined, true]);
  expect(list.at(-1)?.files).toEqual([{ path: 'a.ts' }, { path: 'b.ts', added: 1, removed: 1 }]);
  const first = list.at(-1)?.seq ?? 0;
  expect(await agent.checkpoints.preview(first)).toMatchObject({ files: [{ path: 'b.ts' }], gone: ['a.ts'] });
  const restoring = agent.checkpoints.restore(first, { force: true });
  await expect(restoring).rejects.toMatchObject({
    name: 'CheckpointGoneError',
    message: expect.stringContaining('a.ts'),
    nextStep: expect.stringContaining('virtualContext.checkpoints.maxMegabytes'),
  });
  expect([await content('a.ts'), await content('b.ts')]).toEqual(['three\n', 'tre\n']);
});

it('a text is looked for each time: what has gone since the last look is told', async () => {
  expect((await agent.checkpoints.list()).map(({ gone }) => gone)).toEqual([undefined, undefined, undefined]);
  lose('one\n');
  const list = await agent.checkpoints.list();
  expect(list.map(({ gone }) => gone)).toEqual([undefined, undefined, true]);
  expect(list.at(-1)?.files).toEqual([{ path: 'a.ts' }, { path: 'b.ts', added: 1, removed: 1 }]);
});

it('later checkpoints are restored all the same', async () => {
  lose('one\n');
  lose('uno\n');
  const [, second] = await agent.checkpoints.list();
  await agent.checkpoints.restore(second?.seq ?? 0);
  expect([await content('a.ts'), await content('b.ts')]).toEqual(['two\n', 'due\n']);
});

it('a file that is what it was then needs no text', async () => {
  world.files.set('a.ts', 'one\n');
  lose('one\n');
  const first = (await agent.checkpoints.list()).at(-1)?.seq ?? 0;
  await agent.checkpoints.restore(first, { force: true });
  expect([await content('a.ts'), await content('b.ts')]).toEqual(['one\n', 'uno\n']);
});

it('what would wait again is not restored without what it is compared with', async () => {
  await turn(['b.ts', 'tre', 'quattro']);
  await agent.review.keep();
  lose('due\n');
  const [last] = await agent.checkpoints.list();
  expect(await agent.checkpoints.preview(last?.seq ?? 0)).toMatchObject({ files: [], gone: ['b.ts'] });
});

it('what waits and cannot be compared any more waits no longer, until it is edited again', async () => {
  expect((await agent.review.pending()).map(({ path }) => path)).toEqual(['b.ts']);
  lose('due\n');
  await open(world);
  expect(await agent.review.pending()).toEqual([]);
  expect(await agent.review.undo()).toEqual([]);
  await turn(['b.ts', 'tre', 'quattro'], ['a.ts', 'three', 'four']);
  const pending = await agent.review.pending();
  expect(pending.map(({ path, hunks }) => [path, hunks[0]?.oldLines])).toEqual([
    ['b.ts', ['tre\n']],
    ['a.ts', ['three\n']],
  ]);
  expect(await agent.review.undo()).toEqual([]);
  expect([await content('a.ts'), await content('b.ts')]).toEqual(['three\n', 'tre\n']);
});

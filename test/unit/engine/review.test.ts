import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { JournalError } from '../../../src/engine/errors';
import type { OutputEvent } from '../../../src/engine/OutputBuffer';
import { editFile } from '../../../src/tools/editFile';
import { readFile } from '../../../src/tools/readFile';
import { eventsOf } from '../../support/engineChecks';
import { type MemoryWorld, memoryWorld } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';
import { ScriptedModel, type ScriptedReply } from '../../support/scriptedModel';

const text = (...lines: string[]) => lines.map((line) => `${line}\n`).join('');
const read = (path: string) => ({ name: 'read_file', arguments: { path, startLine: 1, endLine: 99 } });
const edit = (path: string, old: string, put: string) => ({
  name: 'edit_file',
  arguments: { path, old, new: put },
});
const TEN = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

let mode: 'ask' | 'edit' | 'auto';
let world: MemoryWorld;
let agent: AgentProcess;
let model: ScriptedModel;
let next: () => ScriptedReply;
let shown: OutputEvent[];

async function open(after?: MemoryWorld): Promise<void> {
  world = memoryWorld({ functions: [readFile, editFile], ...(after ? { after } : {}) });
  model = new ScriptedModel(() => next());
  const settings = () => ({ ...world.parts.settings(), mode });
  agent = await AgentProcess.open({ ...world.parts, settings }, async () => model);
  shown = [];
  agent.output.subscribe((event) => void shown.push(event));
}

beforeEach(() => {
  mode = 'edit';
  return open();
});

async function steps(...calls: ScriptedReply['calls'][]): Promise<string[]> {
  const results = eventsOf(world, 'function.result').length;
  const left = [...calls];
  next = () => {
    const step = left.shift();
    return step ? { calls: step } : { text: 'done' };
  };
  expect(await agent.submit('go')).toBe('done');
  const made = eventsOf(world, 'function.result').slice(results);
  return Promise.all(made.map(({ result }) => world.blobs.get(result)));
}

const content = async (path: string) => (await world.files.read(path)).text;
const change = async (path: string, from: string, to: string) =>
  world.files.set(path, (await content(path)).replace(from, to));
/** Whether the surfaces were told since they were asked last that what waits may have changed. */
const told = () => shown.splice(0).some(({ type }) => type === 'changes');
const hunks = async (path: string) =>
  (await agent.review.pending()).find((file) => file.path === path)?.hunks ?? [];
const lastMessages = () => JSON.stringify(model.requests.at(-1));

describe('what waits for the person', () => {
  beforeEach(async () => {
    world.files.set('a.ts', text(...TEN));
    await steps([read('a.ts')], [edit('a.ts', 'two', 'TWO\nTWO.5'), edit('a.ts', 'nine\n', '')]);
  });

  it('is every line the model has changed, with what was there', async () => {
    const [file] = await agent.review.pending();
    expect(file).toMatchObject({ path: 'a.ts', change: 'edited', added: 2, removed: 2, editedSince: false });
    expect(file?.hunks).toEqual([
      expect.objectContaining({
        startLine: 2,
        endLine: 3,
        oldLines: ['two\n'],
        newLines: ['TWO\n', 'TWO.5\n'],
      }),
      expect.objectContaining({ startLine: 10, endLine: 9, oldLines: ['nine\n'], newLines: [] }),
    ]);
    expect(await agent.review.baseline('a.ts')).toBe(text(...TEN));
    expect(told()).toBe(true);
    await agent.filesChanged();
    expect(told()).toBe(true);
    await agent.review.keep();
    expect(told()).toBe(true);
    await agent.filesChanged();
    expect(told()).toBe(false);
  });

  it('is kept hunk by hunk, and is the same after a restart', async () => {
    const [first] = await hunks('a.ts');
    await agent.review.keep('a.ts', first?.id);
    expect(await hunks('a.ts')).toEqual([expect.objectContaining({ oldLines: ['nine\n'] })]);
    await open(world);
    expect(await hunks('a.ts')).toEqual([expect.objectContaining({ oldLines: ['nine\n'] })]);
    await agent.review.keep();
    expect(await agent.review.pending()).toEqual([]);
    expect(await content('a.ts')).toContain('TWO.5');
  });

  it('is undone hunk by hunk, and the model is told', async () => {
    const [first] = await hunks('a.ts');
    expect(await agent.review.undo('a.ts', first?.id)).toEqual([]);
    expect(await content('a.ts')).toBe(text(...TEN.filter((line) => line !== 'nine')));
    await steps();
    expect(lastMessages()).toContain('The person undid a part of your changes of a.ts.');
    expect(await agent.review.undo()).toEqual([]);
    expect(await content('a.ts')).toBe(text(...TEN));
    await steps();
    expect(lastMessages()).toContain('The person undid your changes of a.ts.');
    await steps();
    expect(lastMessages().split('The person undid your changes of a.ts.')).toHaveLength(2);
    await rebuildRequests(world);
  });

  it('is told apart from what the person changes elsewhere, which stays', async () => {
    await change('a.ts', 'five', 'FIVE by hand');
    const [file] = await agent.review.pending();
    expect(file).toMatchObject({ added: 2, removed: 2, editedSince: true });
    expect(file?.hunks.map(({ editedSince }) => editedSince)).toEqual([false, false]);
    await agent.review.undo('a.ts');
    expect(await content('a.ts')).toBe(text(...TEN).replace('five', 'FIVE by hand'));
  });

  it('is not undone where the person has changed it', async () => {
    await change('a.ts', 'TWO.5', 'TWO by hand');
    const [refused] = await agent.review.undo('a.ts');
    expect(refused).toMatchObject({ path: 'a.ts', reason: expect.stringContaining('changed lines 2-3') });
    expect(await content('a.ts')).toContain('TWO by hand');
    expect(await content('a.ts')).toContain('nine');
    expect(await hunks('a.ts')).toEqual([expect.objectContaining({ startLine: 2, editedSince: true })]);
    const [again] = await agent.review.undo('a.ts');
    expect(again?.reason).toContain('they stay as they are');
    await agent.review.keep('a.ts');
    expect(await agent.review.pending()).toEqual([]);
  });

  it('is not undone when what the file holds now cannot be kept', async () => {
    await change('a.ts', 'five', 'FIVE by hand');
    const before = await content('a.ts');
    const put = vi
      .spyOn(world.blobs, 'put')
      .mockRejectedValue(new JournalError('The disk is full.', 'Wait.'));
    expect(await agent.review.undo('a.ts')).toMatchObject([{ path: 'a.ts' }]);
    put.mockRestore();
    expect(await content('a.ts')).toBe(before);
  });

  it('leaves out what the person has changed when the model edits again', async () => {
    await change('a.ts', 'five', 'FIVE by hand');
    await steps([read('a.ts')], [edit('a.ts', 'seven', 'SEVEN')]);
    await agent.review.undo('a.ts');
    expect(await content('a.ts')).toBe(text(...TEN).replace('five', 'FIVE by hand'));
  });

  it('is gone when it was changed since it was looked at', async () => {
    const [first] = await hunks('a.ts');
    await agent.review.undo('a.ts', first?.id);
    await expect(agent.review.undo('a.ts', first?.id)).rejects.toThrow('have changed since they were shown');
  });
});

it('undoes a new file by deleting it, unless the person has worked on it', async () => {
  await steps([edit('new.ts', '', 'a\n'), edit('mine.ts', '', 'b\n')]);
  await change('mine.ts', 'b', 'b by hand');
  expect(await agent.review.pending()).toMatchObject([
    { path: 'new.ts', change: 'created', added: 1, removed: 0 },
    { path: 'mine.ts', change: 'created', editedSince: true },
  ]);
  expect(await agent.review.undo()).toMatchObject([{ path: 'mine.ts' }]);
  expect(await world.files.version('new.ts')).toBeUndefined();
  expect(await content('mine.ts')).toBe('b by hand\n');
});

it('waits for nobody in the mode auto, and takes what is kept into what waits', async () => {
  world.files.set('a.ts', text(...TEN));
  await steps([read('a.ts')], [edit('a.ts', 'two', 'TWO')]);
  mode = 'auto';
  await steps([edit('a.ts', 'five', 'FIVE'), edit('b.ts', '', 'b\n')]);
  expect(await agent.review.pending()).toMatchObject([{ path: 'a.ts', added: 1, removed: 1 }]);
  await agent.review.undo();
  expect(await content('a.ts')).toBe(text(...TEN).replace('five', 'FIVE'));
  expect(await content('b.ts')).toBe('b\n');
});

it('edits nothing in the mode ask, nor in Restricted Mode whatever the mode', async () => {
  world.files.set('a.ts', text(...TEN));
  mode = 'ask';
  const [, refused] = await steps([read('a.ts')], [edit('a.ts', 'two', 'TWO')]);
  expect(refused).toContain('edit_file was not run: the mode is "ask"');
  expect(await content('a.ts')).toBe(text(...TEN));
  const settings = () => ({ ...world.parts.settings(), mode: 'auto' as const, forbidden: 'Trust it first.' });
  agent = await AgentProcess.open({ ...world.parts, settings }, async () => model);
  const [forbidden] = await steps([edit('a.ts', 'two', 'TWO')]);
  expect(forbidden).toContain('edit_file was not run. Trust it first.');
});

describe('a checkpoint', () => {
  beforeEach(async () => {
    world.files.set('a.ts', text('a0'));
    world.files.set('b.ts', text('b0'));
    await steps([read('a.ts'), read('b.ts')], [edit('a.ts', 'a0', 'a1'), edit('a.ts', 'a1', 'a1.5')]);
    await steps([edit('a.ts', 'a1.5', 'a2'), edit('b.ts', 'b0', 'b2'), edit('c.ts', '', 'c2\n')]);
  });

  const now = async () => [
    await content('a.ts'),
    await content('b.ts'),
    (await world.files.version('c.ts')) && (await content('c.ts')),
  ];

  it('is made once for each turn that edits', async () => {
    await steps([read('a.ts')]);
    expect(await agent.checkpoints.list()).toMatchObject([
      {
        turn: 2,
        prompt: { text: 'go' },
        files: [
          { path: 'a.ts', added: 1, removed: 1 },
          { path: 'b.ts' },
          { path: 'c.ts', added: 1, removed: 0 },
        ],
      },
      { turn: 1, files: [{ path: 'a.ts', added: 1, removed: 1 }] },
    ]);
  });

  it('has the files put back, and back again', async () => {
    const [second, first] = await agent.checkpoints.list();
    await agent.checkpoints.restore(first?.seq ?? 0);
    expect(await now()).toEqual([text('a0'), text('b0'), undefined]);
    expect(await agent.review.pending()).toEqual([]);
    await agent.checkpoints.restore(second?.seq ?? 0);
    expect(await now()).toEqual([text('a1.5'), text('b0'), undefined]);
    expect(await agent.review.pending()).toMatchObject([{ path: 'a.ts', added: 1, removed: 1 }]);
    await steps();
    expect(lastMessages()).toContain('The person put files back as they were before your edits of turn 1');
    await rebuildRequests(world);
  });

  it('is made of what restoring replaces, the person’s changes included, so that it can be taken back', async () => {
    const [, first] = await agent.checkpoints.list();
    const waited = await agent.review.pending();
    world.files.set('b.ts', text('by hand'));
    await agent.checkpoints.restore(first?.seq ?? 0, { force: true });
    const [undo, ...others] = await agent.checkpoints.list();
    expect(undo).toMatchObject({
      why: 'restore',
      files: [{ path: 'a.ts' }, { path: 'b.ts' }, { path: 'c.ts' }],
    });
    expect(undo).not.toHaveProperty('prompt');
    expect(others).toHaveLength(2);
    await open(world);
    await agent.checkpoints.restore(undo?.seq ?? 0);
    expect(await now()).toEqual([text('a2'), text('by hand'), text('c2')]);
    const pending = await agent.review.pending();
    expect(pending.map(({ path }) => path)).toEqual(waited.map(({ path }) => path));
    await steps();
    expect(lastMessages()).toContain('The person put files back as they had been: a.ts, b.ts, c.ts.');
  });

  it('is made again when the turn edits on after files were put back', async () => {
    const [second] = await agent.checkpoints.list();
    await agent.checkpoints.restore(second?.seq ?? 0);
    const before = await now();
    await agent.takeOver('a.ts', await content('a.ts'), text('applied'));
    const [latest] = await agent.checkpoints.list();
    expect(latest?.why).toBeUndefined();
    await agent.checkpoints.restore(latest?.seq ?? 0);
    expect(await now()).toEqual(before);
  });

  it('is previewed as it is once what is being undone is recorded', async () => {
    await world.files.set('a.ts', text(...TEN));
    await steps([read('a.ts')], [edit('a.ts', 'one', 'ONE'), edit('a.ts', 'ten', 'TEN')]);
    const [checkpoint] = await agent.checkpoints.list();
    const [first] = await hunks('a.ts');
    const append = world.log.append.bind(world.log);
    vi.spyOn(world.log, 'append').mockImplementation(async (...events) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return append(...events);
    });
    const undoing = agent.review.undo('a.ts', first?.id);
    await vi.waitUntil(async () => (await content('a.ts')).includes('one\n'), { interval: 1 });
    const { files } = await agent.checkpoints.preview(checkpoint?.seq ?? 0);
    expect(files).toMatchObject([{ path: 'a.ts', editedSince: false }]);
    await undoing;
  });

  it('replaces what the person has changed since only when told to, and says so before', async () => {
    const [, first] = await agent.checkpoints.list();
    world.files.set('b.ts', text('by hand'));
    const { files } = await agent.checkpoints.preview(first?.seq ?? 0);
    expect(files).toMatchObject([
      { path: 'a.ts', before: text('a0'), now: text('a2'), editedSince: false },
      { path: 'b.ts', before: text('b0'), now: text('by hand'), editedSince: true },
      { path: 'c.ts', before: undefined, now: text('c2'), editedSince: false },
    ]);
    await expect(agent.checkpoints.restore(first?.seq ?? 0)).rejects.toThrow('You have changed b.ts since');
    expect(await now()).toEqual([text('a2'), text('by hand'), text('c2')]);
    await agent.checkpoints.restore(first?.seq ?? 0, { force: true });
    expect(await now()).toEqual([text('a0'), text('b0'), undefined]);
    // It is not lost.
    const restored = eventsOf(world, 'checkpoint.restored').at(-1);
    const before = restored?.changed.find(({ path }) => path === 'b.ts')?.before;
    expect(await world.blobs.get(before ?? '')).toBe(text('by hand'));
  });
});

import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { CoherenceChecker } from '../../../src/engine/CoherenceChecker';
import { filePageOf, rawRange, splitLines } from '../../../src/engine/filePages';
import type { FilePage } from '../../../src/engine/pages';
import { SessionRecorder } from '../../../src/engine/SessionRecorder';
import { SessionState } from '../../../src/engine/SessionState';
import { readFile } from '../../../src/tools/readFile';
import { eventsOf, numbered } from '../../support/engineChecks';
import { epochStarted } from '../../support/epochStarted';
import { type MemoryWorld, memoryWorld, roughCounter } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';
import { ScriptedModel, type ScriptedReply } from '../../support/scriptedModel';

const never = new AbortController().signal;

let world: MemoryWorld;
let state: SessionState;
let recorder: SessionRecorder;
let checker: CoherenceChecker;
let calls: number;

beforeEach(() => {
  world = memoryWorld();
  calls = 0;
  state = new SessionState('s1', world.blobs, roughCounter, () => 1000);
  recorder = new SessionRecorder(world.log, state, world.parts.clock, () => ({ resident: 0, budget: 0 }));
  checker = new CoherenceChecker({ ...world.parts, recorder });
});

/** Shows lines of a file to the model. */
async function show(path: string, startLine: number, endLine: number): Promise<FilePage> {
  const snapshot = await world.files.read(path);
  const source = await world.blobs.put(rawRange(splitLines(snapshot.text), { startLine, endLine }));
  const page = filePageOf(snapshot, { startLine, endLine }, source);
  calls++;
  await recorder.record({
    type: 'function.result',
    turn: 1,
    callId: `c${calls}`,
    name: 'read_file',
    address: `tool:s1/${calls}`,
    result: await world.blobs.put('shown'),
    tokens: 10,
    isError: false,
    pages: [page],
    ms: 1,
  });
  return page;
}

/** Looks, and tells the model. @returns what it is told */
async function look(): Promise<string | undefined> {
  await checker.refresh(never);
  const news = await checker.news(never);
  if (news) {
    const { text, through } = news;
    await recorder.record({ type: 'interrupt', kind: 'fileChanged', text, tokens: 1, staleThrough: through });
  }
  return news?.text;
}

it('reports the pages whose lines changed, with the diff, once, and only those', async () => {
  world.files.set('a.ts', 'one\ntwo\nthree\n');
  const [first, last] = [await show('a.ts', 1, 1), await show('a.ts', 3, 3)];
  world.files.set('a.ts', 'one\ntwo\nTHREE\n');
  expect(await look()).toContain('+THREE');
  expect(eventsOf(world, 'page.stale')).toEqual([
    expect.objectContaining({ address: last.address, reason: 'the file has changed' }),
  ]);
  // The other page has the new version, so that it is not read again and again.
  expect(state.pages.get(first.address)).toMatchObject({ version: '2', stale: false });
  expect(await look()).toBeUndefined();
});

it('reports a page whose line ends changed, or whose lines moved', async () => {
  world.files.set('a.ts', 'one\ntwo\n');
  await show('a.ts', 2, 2);
  world.files.set('a.ts', 'one\ntwo\r\n');
  expect(await look()).toContain('Stale:');
  world.files.set('b.ts', 'one\ntwo\n');
  await show('b.ts', 2, 2);
  world.files.set('b.ts', 'zero\none\ntwo\n');
  expect(await look()).toContain('b.ts#L2-L2');
});

it('says when the change is undone, and nothing when it was undone before it was told', async () => {
  world.files.set('a.ts', 'one\ntwo\n');
  const page = await show('a.ts', 1, 2);
  world.files.set('a.ts', 'one\n2\n');
  expect(await look()).toContain(`Stale: ${page.address}`);
  world.files.set('a.ts', 'one\ntwo\n');
  expect(await look()).toBe(`Fresh again: ${page.address}: a.ts says there what it said.`);
  expect(state.pages.freshPagesOf('a.ts')).toHaveLength(1);
  world.files.set('a.ts', 'one\n3\n');
  await checker.refresh(never);
  world.files.set('a.ts', 'one\ntwo\n');
  expect(await look()).toBeUndefined();
});

it('reports a deleted file once, and its return', async () => {
  world.files.set('a.ts', 'one\n');
  const page = await show('a.ts', 1, 1);
  world.files.delete('a.ts');
  expect(await look()).toBe(`Stale: ${page.address}: a.ts was deleted, moved or made unreadable.`);
  expect(await look()).toBeUndefined();
  world.files.set('a.ts', 'one\n');
  expect(await look()).toContain('Fresh again');
});

it('tells of a page only while it is in the window', async () => {
  world.files.set('a.ts', 'one\n');
  const page = await show('a.ts', 1, 1);
  world.files.set('a.ts', 'two\n');
  await checker.refresh(never);
  state.pages.evict([{ address: page.address, seq: 1, kind: 'file', tokens: 1, label: 'a' }]);
  expect(await look()).toBeUndefined();
});

it('tells that a page went stale which had left, and come back, before its last news could be told', async () => {
  world.files.set('a.ts', 'one\n');
  const { address } = await show('a.ts', 1, 1);
  world.files.set('a.ts', 'two\n');
  expect(await look()).toContain('Stale');
  world.files.set('a.ts', 'one\n');
  await checker.refresh(never);
  const evicted = [{ address, seq: 1, kind: 'file' as const, tokens: 10, label: 'a.ts:1-1' }];
  await recorder.record(await epochStarted(world.blobs, { reason: 'reset', evicted }));
  expect((await show('a.ts', 1, 1)).address).toBe(address);
  world.files.set('a.ts', 'three\n');
  expect(await look()).toContain(`Stale: ${address}`);
});

it('marks a note whose source changed, heals it, and leaves those that are not from files', async () => {
  world.files.set('a.ts', 'one\ntwo\n');
  const page = await show('a.ts', 2, 2);
  for (const [id, source] of [
    ['a1', page.address],
    ['b2', 'msg:s1/1'],
  ] as const)
    await recorder.record({ type: 'note.pinned', note: { id, text: 'x', by: 'person', source } });
  const stale = async () => {
    await checker.refresh(never);
    return state.notes.list().map((note) => note.stale ?? false);
  };
  expect(await stale()).toEqual([false, false]);
  world.files.set('a.ts', 'one\n2\n');
  expect(await stale()).toEqual([true, false]);
  expect(state.notes.deltas()?.text).toContain('a1 is stale: the lines it was taken from have changed');
  world.files.set('a.ts', 'one\ntwo\n');
  expect(await stale()).toEqual([false, false]);
  expect(state.notes.deltas()?.text).toMatch(/a1 is no longer stale/);
  expect(state.notes.render()).not.toContain('STALE');
  world.files.delete('a.ts');
  expect(await stale()).toEqual([true, false]);
  expect(eventsOf(world, 'note.stale').map(({ reason }) => reason)).toEqual([
    'the lines it was taken from have changed',
    'its file can no longer be read',
  ]);
});

it('tells a checkout of hundreds of files in one interrupt of bounded length', async () => {
  for (let n = 0; n < 300; n++) {
    world.files.set(`f${n}.ts`, numbered(`before ${n}`, 4));
    await show(`f${n}.ts`, 1, 4);
  }
  for (let n = 0; n < 300; n++) world.files.set(`f${n}.ts`, numbered(`after ${n}`, 4));
  const text = (await look()) ?? '';
  expect(text.length).toBeLessThan(3500);
  expect(text).toContain('288 more pages are stale');
  expect(eventsOf(world, 'page.stale')).toHaveLength(300);
  expect(await look()).toBeUndefined();
  // Back on the branch before: one more.
  for (let n = 0; n < 300; n++) world.files.set(`f${n}.ts`, numbered(`before ${n}`, 4));
  expect(await look()).toContain('Fresh again');
  expect(state.pages.pages().filter((page) => page.stale)).toEqual([]);
});

it('a look that Stop cuts short is no news', async () => {
  world.files.set('a.ts', 'one\n');
  await show('a.ts', 1, 1);
  const abort = new AbortController();
  const files = {
    ...world.parts.files,
    version: async () => 'moved',
    read: async () => {
      abort.abort();
      throw abort.signal.reason;
    },
  };
  checker = new CoherenceChecker({ ...world.parts, files, recorder });
  await expect(checker.refresh(abort.signal)).rejects.toThrow();
  expect(eventsOf(world, 'page.stale')).toEqual([]);
});

it('marks pages as soon as the editor reports a change, and tells it at the next step, also after a restart', async () => {
  world = memoryWorld({ functions: [readFile] });
  world.files.set('a.ts', 'one\ntwo\n');
  let reply: ScriptedReply[] = [{ calls: [{ name: 'read_file', arguments: { path: 'a.ts' } }] }];
  const model = new ScriptedModel(() => reply.shift() ?? { text: 'ok' });
  let agent = await AgentProcess.open(world.parts, async () => model);
  await agent.submit('read');
  world.files.set('a.ts', 'one\nTWO\n');
  await Promise.all([agent.filesChanged(), agent.filesChanged()]);
  expect(eventsOf(world, 'page.stale')).toHaveLength(1);
  await agent.dispose();
  agent = await AgentProcess.open(world.parts, async () => model);
  reply = [];
  await agent.submit('again');
  await agent.submit('and again');
  const told = eventsOf(world, 'interrupt').filter(({ kind }) => kind === 'fileChanged');
  expect(told).toHaveLength(1);
  expect(told[0]?.text).toContain('+TWO');
  await rebuildRequests(world);
});

it('after each look exactly the pages that differ are stale, and the model knows', async () => {
  const change = fc.record({
    file: fc.integer({ min: 0, max: 2 }),
    line: fc.integer({ min: 0, max: 3 }),
    text: fc.constantFrom('x', 'y', 'original'),
    tell: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
      world = memoryWorld();
      state = new SessionState('s1', world.blobs, roughCounter, () => 1000);
      recorder = new SessionRecorder(world.log, state, world.parts.clock, () => ({ resident: 0, budget: 0 }));
      checker = new CoherenceChecker({ ...world.parts, recorder });
      const original = ['a', 'b', 'c', 'd'];
      const now = [0, 1, 2].map(() => [...original]);
      const pages: FilePage[] = [];
      const write = (file: number) =>
        world.files.set(`f${file}`, now[file]?.map((l) => `${l}\n`).join('') ?? '');
      for (const file of [0, 1, 2]) {
        write(file);
        pages.push(await show(`f${file}`, 1, 2), await show(`f${file}`, 3, 4));
      }
      const believed = new Set<string>();
      for (const { file, line, text, tell } of changes) {
        const lines = now[file] as string[];
        lines[line] = text === 'original' ? (original[line] as string) : text;
        write(file);
        await checker.refresh(never);
        const differs = pages.filter(({ path, startLine }) => {
          const current = now[Number(path.slice(1))] as string[];
          return [startLine - 1, startLine].some((at) => current[at] !== original[at]);
        });
        expect(
          state.pages
            .pages()
            .filter((page) => page.stale)
            .map((page) => page.address),
        ).toEqual(differs.map((page) => page.address));
        if (!tell) continue;
        for (const [, word, address = ''] of ((await look()) ?? '').matchAll(
          /^(Stale|Fresh again): (\S+?):? /gm,
        )) {
          expect(believed.has(address)).toBe(word !== 'Stale');
          if (word === 'Stale') believed.add(address);
          else believed.delete(address);
        }
        expect([...believed].sort()).toEqual(differs.map((page) => page.address).sort());
      }
    }),
    { numRuns: 60 },
  );
});

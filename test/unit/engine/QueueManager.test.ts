import { describe, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { ModelError } from '../../../src/engine/errors';
import type { EventOf } from '../../../src/engine/events';
import { virtualPolicy } from '../../../src/engine/memoryPolicies';
import type { TokenCounter } from '../../../src/engine/ports';
import { eventsOf, expectPaired, numbered } from '../../support/engineChecks';
import { pageInFunction, readFileFunction } from '../../support/fakeFunctions';
import { type MemoryWorld, memoryWorld, type WorldOptions } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';
import {
  isSummaryRequest,
  type Script,
  ScriptedModel,
  type ScriptedModelOptions,
} from '../../support/scriptedModel';

const functions = [readFileFunction, pageInFunction];

/** A model that reads so many files, one a step, then answers. */
function readerOf(files: number, options: ScriptedModelOptions = {}): ScriptedModel {
  const script: Script = (_, step) =>
    step < files ? { calls: [{ name: 'read_file', arguments: { path: `f${step}.ts` } }] } : { text: 'done' };
  return new ScriptedModel(script, { windowTokens: 8192, ...options });
}

function worldWithFiles(options: WorldOptions = {}, files = 16): MemoryWorld {
  const world = memoryWorld({ functions, ...options });
  for (let i = 0; i < files; i++) world.files.set(`f${i}.ts`, numbered(`file${i}`, 60));
  return world;
}

describe('rollover', () => {
  it('does not forget a note the person pins while the summary is written', async () => {
    const world = worldWithFiles();
    const opened: { agent?: AgentProcess } = {};
    let pinned = false;
    const model = readerOf(14, {
      summary: async () => {
        if (!pinned) await opened.agent?.notes.pin('PINNED MEANWHILE');
        pinned = true;
        return { text: 'a summary' };
      },
    });
    opened.agent = await AgentProcess.open(world.parts, async () => model);
    expect(await opened.agent.submit('read')).toBe('done');
    expect(pinned).toBe(true);
    const first = model.requests.findIndex(
      ({ request }) =>
        !isSummaryRequest(request) && JSON.stringify(request.messages).includes('PINNED MEANWHILE'),
    );
    // In the very request that follows the first summary.
    expect(first).toBe(model.requests.findIndex(({ request }) => isSummaryRequest(request)) + 1);
    expect(await rebuildRequests(world)).toHaveLength(15);
  });

  it('tells the model a note changed while the change before was being told', async () => {
    const opened: { agent?: AgentProcess } = {};
    let raced = false;
    const racing: TokenCounter = {
      count: async (texts) => {
        if (
          !raced &&
          opened.agent &&
          texts.some((text) => text.startsWith('<interrupt kind="notesChanged"'))
        ) {
          raced = true;
          await opened.agent.notes.pin('SECOND');
        }
        return texts.map((text) => Math.ceil(text.length / 4));
      },
    };
    const world = memoryWorld({ functions });
    const model = new ScriptedModel(() => ({ text: 'ok' }));
    const agent = await AgentProcess.open({ ...world.parts, counter: racing }, async () => model);
    opened.agent = agent;
    await agent.submit('one');
    await agent.notes.pin('FIRST');
    await agent.submit('two');
    await agent.submit('three');
    expect(raced).toBe(true);
    const last = JSON.stringify(model.requests.at(-1)?.request.messages);
    expect(last.split('FIRST')).toHaveLength(2);
    expect(last.split('SECOND')).toHaveLength(2);
  });

  it.each([
    ['fails', { error: new ModelError('rateLimit', 'Too many requests.', 'Wait.') }, 'Too many requests.'],
    ['breaks', { error: new Error('socket hang up') }, 'socket hang up'],
    ['is empty', { text: ' \n ' }, 'empty summary'],
  ])('extracts a summary when the call %s, logs it, and the turn goes on', async (_, summary, message) => {
    const world = worldWithFiles();
    const model = readerOf(12, { summary: () => summary });
    const agent = await AgentProcess.open(world.parts, async () => model);
    expect(await agent.submit('read them all')).toBe('done');
    const failed = eventsOf(world, 'request.failed');
    expect(failed.length).toBeGreaterThan(0);
    for (const event of failed) expect(event).toMatchObject({ kind: 'summary' });
    expect(failed[0]?.message).toContain(message);
    const rolled = eventsOf(world, 'epoch.started').filter((event) => event.evicted.length > 0);
    expect(rolled.map((event) => event.summaryBy)).toEqual(rolled.map(() => 'extract'));
    expect(await world.blobs.get(rolled[0]?.summary ?? '')).toContain('read_file {"path":"f0.ts"}');
  });

  it('is undone by Stop while the summary is written, and done in the next turn', async () => {
    const world = worldWithFiles();
    const opened: { agent?: AgentProcess } = {};
    let stopped = false;
    const model = readerOf(12, {
      summary: () => {
        if (!stopped) opened.agent?.stop();
        stopped = true;
        return { text: 'a summary' };
      },
    });
    opened.agent = await AgentProcess.open(world.parts, async () => model);
    expect(await opened.agent.submit('read')).toBe('cancelled');
    expect(eventsOf(world, 'epoch.started')).toHaveLength(1);
    expect(await opened.agent.resumeTurn()).toBe('done');
    expect(eventsOf(world, 'epoch.started').length).toBeGreaterThan(1);
    for (const { request } of model.requests) expectPaired(request.messages);
  });

  it('is taken up again after a crash while the summary was written', async () => {
    const world = worldWithFiles();
    const model = readerOf(12);
    const agent = await AgentProcess.open(world.parts, async () => model);
    await agent.submit('read');
    const at = world.log.events.findIndex(
      (event) => event.type === 'request.sent' && event.purpose === 'summary',
    );
    const after = memoryWorld({ functions, after: world });
    after.log.events.length = at + 1;
    const again = readerOf(0);
    const resumed = await AgentProcess.open(after.parts, async () => again);
    expect(await resumed.submit('go on')).toBe('done');
    expect(eventsOf(after, 'epoch.started').at(-1)?.reason).toBe('highWatermark');
    expectPaired(again.requests.at(-1)?.request.messages ?? []);
  });

  it('keeps summary and stubs under their caps, and an address for everything, over 50 rollovers', async () => {
    const world = memoryWorld({ functions });
    for (let i = 0; i < 40; i++) world.files.set(`f${i}.ts`, numbered(`file${i}`, 60));
    const model = new ScriptedModel(
      (request, step) => {
        const asked = request.messages.at(-1)?.content.startsWith('question');
        if (!asked) return { text: 'read' };
        return {
          calls: [0, 1, 2].map((k) => ({
            name: 'read_file',
            arguments: { path: `f${(step * 3 + k) % 40}.ts` },
          })),
        };
      },
      // A model that ignores how long its summary may be.
      { windowTokens: 6000, summary: () => ({ text: 'words and words '.repeat(2000) }) },
    );
    const agent = await AgentProcess.open(world.parts, async () => model);
    const epochs = () => eventsOf(world, 'epoch.started').filter((event) => event.evicted.length > 0);
    for (let turn = 0; epochs().length < 50; turn++)
      expect(await agent.submit(`question ${turn} ${'x'.repeat(400)}`)).toBe('done');
    expect(model.requests.filter((request) => request.rejected)).toEqual([]);
    const budget = epochs()[0]?.budget ?? 0;
    for (const epoch of epochs()) {
      const head = JSON.parse(await world.blobs.get(epoch.head)) as { content: string }[];
      const memory = head[1]?.content ?? '';
      const summary = memory.slice(0, memory.indexOf('</summary>'));
      const stubs = memory.slice(memory.indexOf('<evicted'));
      expect(summary.length / 4).toBeLessThanOrEqual(budget * 0.1 + 10);
      expect(stubs.length / 4).toBeLessThanOrEqual(budget * 0.05 + 30);
    }
    const last = JSON.parse(await world.blobs.get(epochs().at(-1)?.head ?? '')) as { content: string }[];
    const range = /msg:s1\/(\d+)\.\.(\d+) \(\d+ tokens\) \d+ older entries/.exec(last[1]?.content ?? '');
    const firstEvicted = epochs()[0]?.evicted[0];
    expect(Number(range?.[1])).toBeLessThanOrEqual(firstEvicted?.seq ?? 0);
    expect(await agent.stored(`msg:s1/${range?.[1]}..${range?.[2]}`)).toContain('file0 line 1 ');
  });

  it('starts no further epoch when nothing can leave', async () => {
    const world = memoryWorld({ functions, settings: { notesTokenLimit: 5000 } });
    const model = new ScriptedModel(() => ({ text: 'ok' }), { windowTokens: 4096 });
    const agent = await AgentProcess.open(world.parts, async () => model);
    await agent.prepare(new AbortController().signal);
    await agent.notes.pin('n'.repeat(4 * (agent.notes.usage().limit - 20)));
    for (let i = 0; i < 3; i++) expect(await agent.submit('x'.repeat(4 * 480))).toBe('done');
    const epochs = eventsOf(world, 'epoch.started').slice(1);
    expect(epochs.filter((event) => event.evicted.length === 0)).toEqual([]);
  });
});

describe('the window', () => {
  it('is kept when the model changes from 128k to 8k in the middle of a turn', async () => {
    const world = memoryWorld({ functions });
    world.files.set('big.ts', numbered('big', 3000));
    const small = new ScriptedModel(() => ({ text: 'done' }), { windowTokens: 8192, id: 'small' });
    const large: ScriptedModel = new ScriptedModel(
      () => {
        now = small;
        return { calls: [{ name: 'read_file', arguments: { path: 'big.ts' } }] };
      },
      { windowTokens: 128_000, id: 'large' },
    );
    let now = large;
    const agent = await AgentProcess.open(world.parts, async () => now);
    expect(await agent.submit('read the big file')).toBe('done');
    expect(small.requests.filter((request) => request.rejected)).toEqual([]);
    const messages = small.requests.at(-1)?.request.messages ?? [];
    expectPaired(messages);
    expect(messages.some((message) => message.content === 'read the big file')).toBe(true);
    expect(JSON.stringify(messages)).toContain('file:proj/big.ts#L1-');
    // The summary of the large window is cut for the small one.
    expect(small.requests.length).toBeGreaterThan(1);
  });

  it('holds a summary that was written for a larger window', async () => {
    const world = worldWithFiles({}, 120);
    const small = new ScriptedModel(() => ({ text: 'done' }), { windowTokens: 4096, id: 'small' });
    const large = readerOf(45, {
      windowTokens: 24_000,
      id: 'large',
      summary: () => ({ text: 'word '.repeat(5000) }),
    });
    let now = large;
    const agent = await AgentProcess.open(world.parts, async () => now);
    expect(await agent.submit('read')).toBe('done');
    now = small;
    expect(await agent.submit('and now')).toBe('done');
    expect(small.requests.filter((request) => request.rejected)).toEqual([]);
    expect(eventsOf(world, 'request.failed')).toEqual([]);
    const { headTokens } = eventsOf(world, 'epoch.started').at(-1) as EventOf<'epoch.started'>;
    expect(headTokens.summary).toBeLessThan(4096 * 0.2);
  });

  it('is kept when one step makes 40 calls', async () => {
    const world = worldWithFiles({}, 40);
    const model = new ScriptedModel(
      (_, step) =>
        step === 0
          ? {
              calls: Array.from({ length: 40 }, (_, i) => ({
                name: 'read_file',
                arguments: { path: `f${i}.ts` },
              })),
            }
          : { text: 'done' },
      { windowTokens: 8192 },
    );
    const agent = await AgentProcess.open(world.parts, async () => model);
    expect(await agent.submit('read all')).toBe('done');
    expect(model.requests.filter((request) => request.rejected)).toEqual([]);
    for (const { request } of model.requests) expectPaired(request.messages);
  });

  it('that cannot hold the head is an error with a next step, and the turn ends', async () => {
    for (const windowTokens of [60, 400]) {
      const world = memoryWorld({ functions });
      const model = new ScriptedModel(() => ({ text: 'ok' }), { windowTokens });
      const agent = await AgentProcess.open(world.parts, async () => model);
      expect(await agent.submit('hello there')).toBe('error');
      expect(eventsOf(world, 'turn.ended').at(-1)).toMatchObject({ errorKind: 'WindowTooSmallError' });
      expect(model.requests).toEqual([]);
    }
  });

  it('limits the notes to half of it, system instructions included, and names what to remove', async () => {
    const world = memoryWorld({ functions, settings: { notesTokenLimit: 100_000 } });
    const model = new ScriptedModel(() => ({ text: 'ok' }), { windowTokens: 8192 });
    const agent = await AgentProcess.open(world.parts, async () => model);
    expect(await agent.submit('hello')).toBe('done');
    await agent.notes.pin(`the largest\n${'a'.repeat(4 * 2000)}`);
    await agent.notes.pin('a small one');
    const refusal = await agent.notes.pin('b'.repeat(4 * 2000)).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      name: 'NoteLimitError',
      nextStep: expect.stringContaining('the largest: “the largest” ('),
    });
    const { used } = agent.notes.usage();
    expect(used + agent.gauge().system / 1.15).toBeLessThanOrEqual(8192 / 2);
  });

  it('is warned about at 70 %, before anything leaves, and not once more in the same epoch', async () => {
    const world = worldWithFiles();
    const model = readerOf(12);
    const agent = await AgentProcess.open(world.parts, async () => model);
    await agent.submit('read');
    let warnings = 0;
    for (const event of world.log.events) {
      if (event.type === 'epoch.started') warnings = 0;
      if (event.type !== 'interrupt' || event.kind !== 'memoryPressure') continue;
      expect(++warnings).toBe(1);
      expect(event.resident).toBeGreaterThan((event.budget ?? 0) * virtualPolicy.warning);
    }
    expect(eventsOf(world, 'interrupt').some((event) => event.kind === 'memoryPressure')).toBe(true);
  });
});

describe('what never leaves', () => {
  it('is what the person asked, also when the turn is resumed', async () => {
    const world = worldWithFiles({ settings: { maxCallsPerTurn: 2 } });
    const model = readerOf(12);
    const agent = await AgentProcess.open(world.parts, async () => model);
    let end = await agent.submit('READ THEM ALL');
    while (end === 'callLimit') end = await agent.resumeTurn();
    expect(end).toBe('done');
    expect(eventsOf(world, 'epoch.started').length).toBeGreaterThan(1);
    for (const { request } of model.requests.filter(({ request }) => !isSummaryRequest(request)))
      expect(request.messages.some((message) => message.content === 'READ THEM ALL')).toBe(true);
  });

  it('is the news that pages went stale, however many they are', async () => {
    const world = memoryWorld({ functions });
    world.files.set('a.ts', numbered('before', 120));
    const model = new ScriptedModel(
      (_, step) =>
        step < 40
          ? {
              calls: [
                {
                  name: 'read_file',
                  arguments: { path: 'a.ts', startLine: step * 3 + 1, endLine: step * 3 + 3 },
                },
              ],
            }
          : { text: 'done' },
      { windowTokens: 16_000 },
    );
    const agent = await AgentProcess.open(world.parts, async () => model);
    await agent.submit('read in pieces');
    world.files.set('a.ts', numbered('AFTER', 120));
    await agent.submit('and now');
    const interrupt = eventsOf(world, 'interrupt').find((event) => event.kind === 'fileChanged');
    expect(eventsOf(world, 'page.stale').length).toBeGreaterThan(20);
    expect(interrupt?.tokens).toBeLessThan(1200);
    expect(interrupt?.text).toContain('more pages are stale');
    expect(JSON.stringify(model.requests.at(-1)?.request.messages)).toContain(
      '<interrupt kind=\\"fileChanged\\"',
    );
  });
});

it('tells what changed in the workspace while the summary was written before the model goes on', async () => {
  const world = worldWithFiles();
  let changed = '';
  const model = readerOf(12, {
    summary: () => {
      const resident = eventsOf(world, 'function.result').at(-1)?.pages[0]?.path ?? '';
      if (changed === '') world.files.set(resident, numbered('CHANGED MEANWHILE', 60));
      changed ||= resident;
      return { text: 'a summary' };
    },
  });
  const agent = await AgentProcess.open(world.parts, async () => model);
  await agent.submit('read');
  expect(changed).not.toBe('');
  const summary = model.requests.findIndex(({ request }) => isSummaryRequest(request));
  expect(JSON.stringify(model.requests[summary + 1]?.request.messages)).toContain(
    `no longer matches ${changed}`,
  );
});

it('ends the turn when a length is refused twice, and asks once more only', async () => {
  const world = worldWithFiles();
  let refused = 0;
  const model = new ScriptedModel((_, step) => {
    if (step < 6) return { calls: [{ name: 'read_file', arguments: { path: `f${step}.ts` } }] };
    refused++;
    return { error: new ModelError('contextLength', 'Too long.', 'Shorten it.') };
  });
  const agent = await AgentProcess.open(world.parts, async () => model);
  expect(await agent.submit('hello')).toBe('error');
  expect(refused).toBe(2);
  expect(eventsOf(world, 'request.failed').map((event) => event.kind)).toEqual(['contextLength']);
  expect(eventsOf(world, 'turn.ended').at(-1)).toMatchObject({ errorKind: 'contextLength' });
});

it('does not ask again when the length is refused after text was streamed', async () => {
  const world = worldWithFiles();
  let refused = 0;
  const model = new ScriptedModel((_, step) => {
    if (step < 6) return { calls: [{ name: 'read_file', arguments: { path: `f${step}.ts` } }] };
    refused++;
    return { text: 'half an answer', error: new ModelError('contextLength', 'Too long.', 'Shorten it.') };
  });
  const agent = await AgentProcess.open(world.parts, async () => model);
  expect(await agent.submit('hello')).toBe('error');
  expect(refused).toBe(1);
});

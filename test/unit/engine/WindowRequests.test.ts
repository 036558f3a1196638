import { describe, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { ModelError } from '../../../src/engine/errors';
import type { OutputEvent } from '../../../src/engine/OutputBuffer';
import type { WindowChange } from '../../../src/engine/WindowRequests';
import { compactContext } from '../../../src/tools/compactContext';
import { resetContext } from '../../../src/tools/resetContext';
import { eventsOf, expectAllStored, expectPaired, numbered, toolTexts } from '../../support/engineChecks';
import { pageInFunction, readFileFunction } from '../../support/fakeFunctions';
import { type MemoryWorld, memoryWorld } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';
import { type Script, ScriptedModel, type ScriptedModelOptions } from '../../support/scriptedModel';

const functions = [readFileFunction, pageInFunction, compactContext, resetContext];
const never = new AbortController().signal;

/** A process that has read eight files in as many turns, and has a note. */
async function afterWork(then: Script = () => ({ text: 'ok' }), options: ScriptedModelOptions = {}) {
  const world = memoryWorld({ functions });
  for (let i = 0; i < 8; i++) world.files.set(`f${i}.ts`, numbered(`file${i}`, 60));
  const model = new ScriptedModel((request, step) => {
    if (step >= 16) return then(request, step - 16);
    return step % 2 === 1
      ? { text: `That was file ${step >> 1}.` }
      : { calls: [{ name: 'read_file', arguments: { path: `f${step >> 1}.ts` } }] };
  }, options);
  const agent = await AgentProcess.open(world.parts, async () => model);
  await agent.notes.pin('the person likes blue');
  for (let i = 0; i < 8; i++) await agent.submit(`Look at file ${i}`);
  expect(eventsOf(world, 'epoch.started')).toHaveLength(1);
  return { world, model, agent };
}

async function expectSound(world: MemoryWorld, model: ScriptedModel, agent: AgentProcess): Promise<void> {
  expect(model.requests.filter(({ rejected }) => rejected)).toEqual([]);
  for (const request of await rebuildRequests(world)) expectPaired(request.messages);
  await expectAllStored(world, (address) => agent.stored(address));
}

describe('compaction', () => {
  it('summarises as the person asks, evicts, says what it did, and loses nothing', async () => {
    const { world, model, agent } = await afterWork();
    const seen: OutputEvent[] = [];
    agent.output.subscribe((event) => seen.push(event));
    const before = agent.gauge();
    const done = await agent.changeWindow({ kind: 'compact', instructions: 'Keep the colours.' }, never);
    const epoch = eventsOf(world, 'epoch.started').at(-1);
    expect(epoch).toMatchObject({ reason: 'compact', epoch: 2, summaryBy: 'model' });
    expect(done).toEqual({
      pages: epoch?.evicted.length,
      tokensBefore: epoch?.tokensBefore,
      tokensAfter: epoch?.tokensAfter,
    });
    expect(epoch?.evicted.length).toBeGreaterThan(5);
    expect(epoch?.tokensAfter).toBeLessThan((epoch?.tokensBefore ?? 0) * 0.6);
    expect(JSON.stringify(model.requests.at(-1)?.request.messages)).toContain('Keep the colours.');
    expect(seen).toContainEqual(
      expect.objectContaining({ type: 'evicted', ...(done as WindowChange), reason: 'compact' }),
    );
    expect(agent.gauge().queue).toBeLessThan(before.queue);
    await Promise.resolve();
    expect(seen.at(-1)).toEqual({ type: 'gauge', gauge: agent.gauge() });
    expect(await agent.submit('and now?')).toBe('done');
    await expectSound(world, model, agent);
  });

  it('does nothing where nothing could leave', async () => {
    const world = memoryWorld({ functions });
    const agent = await AgentProcess.open(world.parts, async () => new ScriptedModel(() => ({ text: 'ok' })));
    for (const kind of ['compact', 'reset'] as const)
      expect(await agent.changeWindow({ kind, instructions: '' }, never)).toBe('nothing');
    expect(eventsOf(world, 'epoch.started')).toEqual([]);
  });

  it('waits for the next step of a running turn', async () => {
    let asked: Promise<unknown> | undefined;
    const { world, model, agent } = await afterWork((_, step) => {
      if (step > 0) return { text: 'ok' };
      asked = agent.changeWindow({ kind: 'compact', instructions: '' }, never);
      return { calls: [{ name: 'read_file', arguments: { path: 'f7.ts' } }] };
    });
    expect(await agent.submit('once more')).toBe('done');
    expect(await asked).toMatchObject({ pages: expect.any(Number) });
    const types = world.log.events.map(({ type }) => type);
    expect(types.lastIndexOf('epoch.started')).toBeGreaterThan(types.lastIndexOf('function.result'));
    expect(types.lastIndexOf('epoch.started')).toBeLessThan(types.lastIndexOf('message.assistant'));
    await expectSound(world, model, agent);
  });

  it('can be cancelled, and what was sent meanwhile starts a turn afterwards', async () => {
    const abort = new AbortController();
    let sent: Promise<unknown> | undefined;
    const { world, agent } = await afterWork(undefined, {
      summary: () => {
        sent = agent.submit('meanwhile');
        abort.abort();
        return { text: 'too late' };
      },
    });
    expect(await agent.changeWindow({ kind: 'compact', instructions: '' }, abort.signal)).toBe('cancelled');
    expect(await sent).toBe('done');
    expect(eventsOf(world, 'epoch.started')).toHaveLength(1);
    expect(eventsOf(world, 'message.user').at(-1)?.text).toBe('meanwhile');
    expect(agent.busy).toBe(false);
  });

  it('tells who asked why it failed', async () => {
    const world = memoryWorld({ functions });
    const agent = await AgentProcess.open(world.parts, async () => {
      throw new ModelError('network', 'The endpoint is down.', 'Start it.');
    });
    const asked = agent.changeWindow({ kind: 'compact', instructions: '' }, never);
    await expect(asked).rejects.toThrow('The endpoint is down.');
    expect(agent.busy).toBe(false);
  });

  it('is void when the process closes first, and says so', async () => {
    let closed: Promise<void> | undefined;
    const { world, agent } = await afterWork(undefined, {
      summary: () => {
        closed = agent.dispose();
        return { text: 'too late' };
      },
    });
    const asked = agent.changeWindow({ kind: 'compact', instructions: '' }, never);
    const waiting = agent.changeWindow({ kind: 'reset', instructions: '' }, never);
    expect([await asked, await waiting]).toEqual(['stopped', 'stopped']);
    await closed;
    expect(eventsOf(world, 'epoch.started')).toHaveLength(1);
  });
});

describe('reset', () => {
  it('leaves notes and summary, and keeps everything within reach', async () => {
    const { world, model, agent } = await afterWork((request, step) => {
      if (step > 0) return { text: 'ok' };
      const evicted = /file:proj\/f0\.ts#\S+/.exec(JSON.stringify(request.messages))?.[0] ?? '';
      return { calls: [{ name: 'page_in', arguments: { address: evicted } }] };
    });
    const done = await agent.changeWindow({ kind: 'reset', instructions: '' }, never);
    expect(done).toMatchObject({ pages: eventsOf(world, 'epoch.started').at(-1)?.evicted.length });
    expect(eventsOf(world, 'epoch.started').at(-1)).toMatchObject({ reason: 'reset', retained: [] });
    expect(agent.gauge().queue).toBe(0);
    await agent.submit('What was in the first?');
    const [system, memory, question] = model.requests.at(-2)?.request.messages ?? [];
    expect(system?.content).toContain('the person likes blue');
    expect(memory?.content).toContain('<summary>');
    expect(question?.content).toBe('What was in the first?');
    expect(toolTexts(model.requests.at(-1)?.request.messages ?? [])[0]).toContain('file0 line 3');
    await expectSound(world, model, agent);
    // What the person has seen is still there.
    expect(agent.transcript().filter(({ type }) => type === 'userMessage')).toHaveLength(9);
  });
});

describe('the model', () => {
  it.each([
    ['compact_context', 'compact', { instructions: 'Keep the names.' }],
    ['reset_context', 'reset', {}],
  ] as const)('may %s; the task at hand stays', async (name, reason, args) => {
    const { world, model, agent } = await afterWork((_, step) =>
      step === 0 ? { calls: [{ name, arguments: args }] } : { text: 'cleared' },
    );
    expect(await agent.submit('Make room, then say so.')).toBe('done');
    const epoch = eventsOf(world, 'epoch.started').at(-1);
    expect(epoch?.reason).toBe(reason);
    expect(epoch?.evicted.length).toBeGreaterThan(5);
    const last = model.requests.at(-1)?.request.messages ?? [];
    expect(last.some(({ content }) => content === 'Make room, then say so.')).toBe(true);
    expect(toolTexts(last).at(-1)).toMatch(/The window is (compacted|reset) before your next step/);
    if (reason === 'compact') expect(JSON.stringify(model.requests)).toContain('Keep the names.');
    await expectSound(world, model, agent);
  });

  it('has not asked any more when the person stops its turn', async () => {
    const { world, agent } = await afterWork((_, step) => {
      if (step > 0) return { text: 'ok' };
      return { calls: [{ name: 'reset_context', arguments: {} }] };
    });
    agent.output.subscribe((event) => {
      if (event.type === 'callFinished') agent.stop();
    });
    expect(await agent.submit('Make room.')).toBe('cancelled');
    await agent.submit('Go on.');
    expect(eventsOf(world, 'epoch.started')).toHaveLength(1);
  });
});

it('does one reset when the model compacts and resets in one step', async () => {
  const both = ['compact_context', 'reset_context'].map((name) => ({ name, arguments: {} }));
  const { world, agent } = await afterWork((_, step) => (step === 0 ? { calls: both } : { text: 'ok' }));
  await agent.submit('Make room.');
  expect(eventsOf(world, 'epoch.started').map(({ reason }) => reason)).toEqual(['start', 'reset']);
});

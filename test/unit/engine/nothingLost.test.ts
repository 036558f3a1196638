import { describe, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { ModelError } from '../../../src/engine/errors';
import { eventsOf, expectPaired, numbered, toolTexts } from '../../support/engineChecks';
import { fakeFunction, pageInFunction, readFileFunction } from '../../support/fakeFunctions';
import { memoryWorld } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

const functions = [readFileFunction, pageInFunction];

const source = (model: ScriptedModel) => async () => model;

describe('what must not be lost', () => {
  it('is what the person wrote when no model can be asked', async () => {
    const world = memoryWorld({ functions });
    const broken = async (): Promise<never> => {
      throw new ModelError('network', 'The endpoint is down.', 'Start it.');
    };
    const agent = await AgentProcess.open(world.parts, broken);
    expect(await agent.submit('a long and thoughtful question')).toBe('error');
    expect(agent.transcript()).toContainEqual(
      expect.objectContaining({ type: 'userMessage', text: 'a long and thoughtful question' }),
    );
  });

  it('is the pairing of calls and results when the journal fails in the middle of a step', async () => {
    const world = memoryWorld({ functions });
    world.files.set('a.ts', numbered('a', 5));
    const model = new ScriptedModel((_, step) => {
      if (step > 0) return { text: 'fine' };
      return { calls: [{ name: 'read_file', arguments: { path: 'a.ts' } }] };
    });
    const agent = await AgentProcess.open(world.parts, source(model));
    agent.onEvent((event) => {
      if (event.type === 'message.assistant') world.log.full = true;
    });
    expect(await agent.submit('one')).toBe('error');
    world.log.full = false;
    agent.onEvent((event) => {
      if (event.type === 'message.assistant') world.log.full = false;
    });
    expect(await agent.submit('two')).toBe('done');
    for (const { request } of model.requests) expectPaired(request.messages);
    expect(JSON.stringify(model.requests.at(-1)?.request.messages)).toContain('No result');
  });

  it('is the state when a watcher of the log throws', async () => {
    const world = memoryWorld({ functions });
    const agent = await AgentProcess.open(world.parts, source(new ScriptedModel(() => ({ text: 'ok' }))));
    agent.onEvent(() => {
      throw new Error('the channel is closed');
    });
    expect(await agent.submit('one')).toBe('done');
  });

  it('is the text between the slices of a result that was clipped when less was admitted', async () => {
    const long = Array.from({ length: 900 }, (_, i) => `entry ${i} ${'é'.repeat(i % 50)} 🦉`).join('\r\n');
    const world = memoryWorld({
      functions: [...functions, fakeFunction('dump', async () => ({ text: long }))],
    });
    const seen: string[] = [];
    const model = new ScriptedModel(
      (request, step) => {
        // Ten calls at once leave little room for each; the pages are asked for one by one.
        if (step === 0) return { calls: Array.from({ length: 10 }, () => ({ name: 'dump', arguments: {} })) };
        const results = toolTexts(request.messages);
        const last = step === 1 ? results.at(-10) : results.at(-1);
        const text = (last ?? '').replace(/^\[tool:.*\]\n/, '');
        const end = text.lastIndexOf(step === 1 ? '\n[… lines' : '\n[lines');
        seen.push(text.slice(0, end));
        const next = /startLine: (\d+)/.exec(text.slice(end))?.[1];
        if (!next) return { text: 'done' };
        return { calls: [{ name: 'page_in', arguments: { address: 'tool:s1/1', startLine: Number(next) } }] };
      },
      { windowTokens: 32_000 },
    );
    const agent = await AgentProcess.open(world.parts, source(model));
    expect(await agent.submit('dump it')).toBe('done');
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.join('\n')).toBe(long);
  });

  it('is the rest of a message of the person that was shown in part', async () => {
    const long = Array.from({ length: 3000 }, (_, i) => `line ${i} of my message`).join('\n');
    const world = memoryWorld({ functions });
    const seen: string[] = [];
    const model = new ScriptedModel((request, step) => {
      const asked = request.messages.find(({ content }) => content.startsWith('line 0 '))?.content ?? '';
      const text =
        step === 0 ? asked : (toolTexts(request.messages).at(-1) ?? '').replace(/^\[tool:.*\]\n/, '');
      const end = text.search(/\n\[(page|message cut)/);
      seen.push(text.slice(0, end));
      const [, next] = /page: (\d+)/.exec(text.slice(end)) ?? [];
      const address = /msg:s1\/\d+/.exec(asked)?.[0] ?? '';
      return next
        ? { calls: [{ name: 'page_in', arguments: { address, page: Number(next) } }] }
        : { text: 'read' };
    });
    const agent = await AgentProcess.open(world.parts, source(model));
    expect(await agent.submit(long)).toBe('done');
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.join('')).toBe(long);
  });

  it('is what was called, when a message that only called is paged in', async () => {
    const world = memoryWorld({ functions });
    world.files.set('a.ts', 'x\n');
    const model = new ScriptedModel((_, step) =>
      step === 0 ? { calls: [{ name: 'read_file', arguments: { path: 'a.ts' } }] } : { text: 'ok' },
    );
    const agent = await AgentProcess.open(world.parts, source(model));
    await agent.submit('go');
    const called = eventsOf(world, 'message.assistant')[0];
    expect(await agent.stored(`msg:s1/${called?.seq}`)).toContain('read_file\n{"path":"a.ts"}');
  });

  it('is the text of a note that was unpinned', async () => {
    const world = memoryWorld({ functions });
    const agent = await AgentProcess.open(world.parts, source(new ScriptedModel(() => ({ text: 'ok' }))));
    const note = await agent.notes.pin('we decided on blue');
    await agent.notes.edit(note.id, 'we decided on green');
    await agent.notes.unpin(note.id);
    expect(await agent.stored(`note:${note.id}`)).toBe('we decided on green');
  });

  it('is any message in recall storage, in order, when the disk was away for a while', async () => {
    const world = memoryWorld({ functions });
    const fed: number[] = [];
    let away = true;
    const recall = {
      ...world.parts.recall,
      append: async (messages: readonly { readonly seq: number }[]) => {
        await Promise.resolve();
        if (away) throw new Error('away');
        fed.push(...messages.map((message) => message.seq));
      },
    };
    const agent = await AgentProcess.open(
      { ...world.parts, recall },
      source(new ScriptedModel(() => ({ text: 'ok' }))),
    );
    await agent.submit('one');
    away = false;
    await agent.submit('two');
    await new Promise((resolve) => setTimeout(resolve, 5));
    const said = world.log.events.filter((e) => e.type === 'message.user' || e.type === 'message.assistant');
    expect(fed).toEqual(said.map((event) => event.seq));
  });
});

it('lets only one of two notes pass that are each within the limit', async () => {
  const world = memoryWorld({ functions, settings: { notesTokenLimit: 100 } });
  const agent = await AgentProcess.open(world.parts, source(new ScriptedModel(() => ({ text: 'ok' }))));
  const pins = await Promise.allSettled(['a', 'b'].map((letter) => agent.notes.pin(letter.repeat(4 * 60))));
  expect(pins.map((pin) => pin.status)).toEqual(['fulfilled', 'rejected']);
  expect(agent.notes.usage().used).toBeLessThanOrEqual(100);
});

it('serves lines that two parallel calls ask for once', async () => {
  const world = memoryWorld({ functions });
  world.files.set('a.ts', numbered('a', 40));
  const calls = [
    [1, 20],
    [1, 20],
    [10, 30],
  ].map(([startLine, endLine]) => ({ name: 'read_file', arguments: { path: 'a.ts', startLine, endLine } }));
  const model = new ScriptedModel((_, step) => (step === 0 ? { calls } : { text: 'ok' }));
  const agent = await AgentProcess.open(world.parts, source(model));
  await agent.submit('read');
  const results = eventsOf(world, 'function.result');
  expect(results.map((event) => event.pages.map((page) => [page.startLine, page.endLine]))).toEqual([
    [[1, 20]],
    [],
    [[21, 30]],
  ]);
  expect(results[1]?.fault).toEqual({ kind: 'minor', tier: 'resident' });
});

it('never shows what a secret file says now, unless it is read again', async () => {
  const world = memoryWorld({ functions });
  world.files.set('.env', 'TOKEN=old\n');
  let address = '';
  const model = new ScriptedModel((request, step) => {
    if (step === 0) return { calls: [{ name: 'read_file', arguments: { path: '.env' } }] };
    address ||= /file:proj\/\.env#\S+/.exec(JSON.stringify(request.messages))?.[0] ?? '';
    return step === 2 ? { calls: [{ name: 'page_in', arguments: { address } }] } : { text: 'ok' };
  });
  const agent = await AgentProcess.open(world.parts, source(model));
  await agent.submit('read');
  world.files.set('.env', 'TOKEN=fresh\n');
  await agent.submit('again');
  const last = JSON.stringify(model.requests.at(-1)?.request.messages);
  expect(last).toContain('no longer matches .env');
  expect(last).toContain('superseded: .env');
  expect(last).toContain('TOKEN=old');
  expect(last).not.toContain('fresh');
});

it('answers a call whose validation throws', async () => {
  const broken = {
    ...fakeFunction('broken', async () => ({ text: 'never' })),
    validate: () => {
      throw new Error('schema bug');
    },
  };
  const world = memoryWorld({ functions: [broken] });
  const model = new ScriptedModel((_, step) =>
    step === 0 ? { calls: [{ name: 'broken', arguments: {} }] } : { text: 'ok' },
  );
  const agent = await AgentProcess.open(world.parts, source(model));
  expect(await agent.submit('go')).toBe('done');
  expect(toolTexts(model.requests[1]?.request.messages ?? [])[0]).toContain('schema bug');
});

it('stops at once although a function that reads does not listen, and waits for one that acts', async () => {
  let acted = false;
  const world = memoryWorld({
    functions: [
      fakeFunction('deaf', () => new Promise(() => {})),
      fakeFunction(
        'acts',
        async () => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          acted = true;
          return { text: 'done' };
        },
        false,
      ),
    ],
  });
  const names = ['acts', 'deaf'];
  const model = new ScriptedModel((_, step) => ({ calls: [{ name: names[step] ?? '', arguments: {} }] }));
  const agent = await AgentProcess.open(world.parts, source(model));
  agent.output.subscribe((event) => {
    if (event.type === 'callStarted') setTimeout(() => agent.stop(), 5);
  });
  expect(await agent.submit('act')).toBe('cancelled');
  expect(acted).toBe(true);
  expect(await agent.submit('read')).toBe('cancelled');
  expect(eventsOf(world, 'function.result').map((event) => event.isError)).toEqual([false, true]);
});

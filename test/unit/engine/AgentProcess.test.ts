import { describe, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { ModelError } from '../../../src/engine/errors';
import type { EventOf } from '../../../src/engine/events';
import type { OutputEvent } from '../../../src/engine/OutputBuffer';
import { expectPaired, numbered, toolTexts } from '../../support/engineChecks';
import { fakeFunction, pageInFunction, pinNoteFunction, readFileFunction } from '../../support/fakeFunctions';
import { type MemoryWorld, memoryWorld } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

const functions = [readFileFunction, pageInFunction, pinNoteFunction];

const source = (model: ScriptedModel) => async () => model;

function eventsOf<T extends Parameters<typeof String>[0] & string>(world: MemoryWorld, type: T) {
  return world.log.events.filter((event) => event.type === type);
}

describe('AgentProcess', () => {
  it('chains calls until the model answers, and shows rows and text', async () => {
    const world = memoryWorld({ functions });
    world.files.set('a.ts', numbered('a', 5));
    const model = new ScriptedModel((_, step) =>
      step === 0
        ? { calls: [{ name: 'read_file', arguments: { path: 'a.ts' } }] }
        : { text: 'It says a line.' },
    );
    const agent = await AgentProcess.open(world.parts, source(model));
    const seen: OutputEvent[] = [];
    agent.output.subscribe((event) => seen.push(event));
    expect(await agent.submit('What is in a.ts?')).toBe('done');
    expect(
      seen
        .filter((e) => e.type === 'textDelta')
        .map((e) => e.text)
        .join(''),
    ).toBe('It says a line.');
    const finished = seen.find((e) => e.type === 'callFinished');
    expect(finished?.fault).toEqual({ kind: 'major', tier: 'archival', cause: 'cold' });
    expect(finished?.pages[0]).toMatchObject({ path: 'a.ts', startLine: 1, endLine: 5 });
    expect(toolTexts(model.requests[1]?.request.messages ?? [])[0]).toContain(
      '    3\ta line 3 with some words in it',
    );
  });

  it('keeps every earlier request as a prefix of the next within an epoch', async () => {
    const world = memoryWorld({ functions });
    world.files.set('a.ts', numbered('a', 5));
    const model = new ScriptedModel((_, step) =>
      step % 2 === 0
        ? { calls: [{ name: 'read_file', arguments: { path: 'a.ts', startLine: step + 1 } }] }
        : { text: 'ok' },
    );
    const agent = await AgentProcess.open(world.parts, source(model));
    await agent.submit('one');
    await agent.notes.pin('the person pins something in between');
    await agent.submit('two');
    expect(model.requests).toHaveLength(4);
    for (let i = 1; i < model.requests.length; i++) {
      const before = model.requests[i - 1]?.request;
      const after = model.requests[i]?.request;
      expect(JSON.stringify(after?.functions)).toBe(JSON.stringify(before?.functions));
      expect(JSON.stringify(after?.messages.slice(0, before?.messages.length))).toBe(
        JSON.stringify(before?.messages),
      );
    }
    const last = model.requests[3]?.request.messages ?? [];
    expect(last.some((m) => m.content.includes('the person pins something in between'))).toBe(true);
    expect(last[0]?.content).not.toContain('the person pins something');
  });

  it('answers a second read of resident lines with a minor fault and serves only the missing remainder', async () => {
    const world = memoryWorld({ functions });
    world.files.set('a.ts', numbered('a', 40));
    const ranges = [
      [1, 20],
      [5, 10],
      [11, 30],
    ];
    const model = new ScriptedModel((_, step) => {
      const range = ranges[step];
      return range
        ? {
            calls: [
              { name: 'read_file', arguments: { path: 'a.ts', startLine: range[0], endLine: range[1] } },
            ],
          }
        : { text: 'done' };
    });
    const agent = await AgentProcess.open(world.parts, source(model));
    await agent.submit('read');
    const results = eventsOf(world, 'function.result') as EventOf<'function.result'>[];
    expect(results.map((event) => event.fault)).toEqual([
      { kind: 'major', tier: 'archival', cause: 'cold' },
      { kind: 'minor', tier: 'resident' },
      { kind: 'major', tier: 'archival', cause: 'cold' },
    ]);
    expect(results[2]?.pages).toMatchObject([{ startLine: 21, endLine: 30 }]);
  });

  it('evicts under pressure, leaves addresses, and pages back exactly what was shown', async () => {
    const world = memoryWorld({ functions });
    for (let i = 0; i < 12; i++) world.files.set(`f${i}.ts`, numbered(`file${i}`, 60));
    let address = '';
    const model = new ScriptedModel(
      (request, step) => {
        if (step < 12) return { calls: [{ name: 'read_file', arguments: { path: `f${step}.ts` } }] };
        if (step === 12) {
          address = /file:proj\/f0\.ts#\S+/.exec(JSON.stringify(request.messages.slice(0, 2)))?.[0] ?? '';
          return { calls: [{ name: 'page_in', arguments: { address } }] };
        }
        return { text: 'done' };
      },
      { windowTokens: 8192 },
    );
    const agent = await AgentProcess.open(world.parts, source(model));
    expect(await agent.submit('read them all')).toBe('done');
    expect(model.requests.filter((r) => r.rejected)).toEqual([]);
    expect(eventsOf(world, 'epoch.started').length).toBeGreaterThan(1);
    expect(
      eventsOf(world, 'interrupt').some((e) => e.type === 'interrupt' && e.kind === 'memoryPressure'),
    ).toBe(true);
    expect(address).toMatch(/^file:proj\/f0\.ts#L1-L\d+@/);
    const results = eventsOf(world, 'function.result') as EventOf<'function.result'>[];
    const original = await world.blobs.get(results[0]?.result ?? '');
    const restored = await world.blobs.get(results.at(-1)?.result ?? '');
    const body = original
      .split('\n')
      .filter((line) => /^ +\d+\t/.test(line))
      .join('\n');
    expect(restored).toContain(body);
    expect(results.at(-1)?.fault).toEqual({ kind: 'major', tier: 'recall', cause: 'capacity' });
    for (const { request } of model.requests) expectPaired(request.messages);
    expect(model.requests.at(-1)?.request.messages.some((m) => m.content === 'read them all')).toBe(true);
  });

  it('tells the model when a resident page went stale, and pages in the old one with a diff', async () => {
    const world = memoryWorld({ functions });
    world.files.set('a.ts', 'one\ntwo\nthree\n');
    let address = '';
    const model = new ScriptedModel((request, step) => {
      if (step === 0) return { calls: [{ name: 'read_file', arguments: { path: 'a.ts' } }] };
      if (step === 2) {
        address = /file:proj\/a\.ts#\S+/.exec(JSON.stringify(request.messages))?.[0] ?? '';
        return { calls: [{ name: 'page_in', arguments: { address } }] };
      }
      return { text: 'ok' };
    });
    const agent = await AgentProcess.open(world.parts, source(model));
    await agent.submit('read');
    world.files.set('a.ts', 'one\nTWO\nthree\n');
    await agent.submit('again');
    const second = model.requests[2]?.request.messages ?? [];
    expect(second.at(-1)?.content).toContain('Stale: file:proj/a.ts#L1-L3@');
    expect(second.at(-1)?.content).toContain('+TWO');
    const pagedIn = toolTexts(model.requests[3]?.request.messages ?? []).at(-1) ?? '';
    expect(pagedIn).toContain('    2\ttwo');
    expect(pagedIn).toContain('superseded');
    expect(pagedIn).toContain('+TWO');
  });

  it('does not call a page stale when the file was only touched', async () => {
    const world = memoryWorld({ functions });
    world.files.set('a.ts', 'one\n');
    const model = new ScriptedModel((_, step) =>
      step === 0 ? { calls: [{ name: 'read_file', arguments: { path: 'a.ts' } }] } : { text: 'ok' },
    );
    const agent = await AgentProcess.open(world.parts, source(model));
    await agent.submit('read');
    world.files.set('a.ts', 'one\n');
    await agent.submit('again');
    expect(eventsOf(world, 'page.stale')).toEqual([]);
  });

  it('returns invalid arguments, unknown functions and thrown errors to the model and goes on', async () => {
    const world = memoryWorld({ functions });
    const model = new ScriptedModel((_, step) =>
      step === 0
        ? {
            calls: [
              { name: 'read_file', arguments: '{broken' },
              { name: 'nope', arguments: {} },
              { name: 'read_file', arguments: { invalid: 1 } },
              { name: 'read_file', arguments: { path: 'missing.ts' } },
            ],
          }
        : { text: 'sorry' },
    );
    const agent = await AgentProcess.open(world.parts, source(model));
    expect(await agent.submit('go')).toBe('done');
    const texts = toolTexts(model.requests[1]?.request.messages ?? []);
    expect(texts[0]).toContain('not valid JSON');
    expect(texts[1]).toContain('There is no function nope');
    expect(texts[2]).toContain('Invalid arguments');
    expect(texts[3]).toContain('missing.ts does not exist. List the folder.');
    expect(model.requests[1]?.request.messages.at(-1)?.content).toContain('<interrupt kind="failedCall">');
  });

  it('runs read-only calls in parallel and others alone', async () => {
    let running = 0;
    let most = 0;
    const log: string[] = [];
    const slow = (name: string, readOnly: boolean) =>
      fakeFunction(
        name,
        async () => {
          running++;
          most = Math.max(most, running);
          log.push(`${name} ${running}`);
          await new Promise((resolve) => setTimeout(resolve, 5));
          running--;
          return { text: name };
        },
        readOnly,
      );
    const world = memoryWorld({ functions: [slow('read', true), slow('write', false)] });
    const names = ['read', 'read', 'write', 'read'];
    const model = new ScriptedModel((_, step) =>
      step === 0 ? { calls: names.map((name) => ({ name, arguments: {} })) } : { text: 'ok' },
    );
    const agent = await AgentProcess.open(world.parts, source(model));
    await agent.submit('go');
    expect(most).toBe(2);
    expect(log).toEqual(['read 1', 'read 2', 'write 1', 'read 1']);
    expect(toolTexts(model.requests[1]?.request.messages ?? []).map((t) => t.split('\n')[1])).toEqual(names);
  });

  it('stops at the limit of calls with a clear message, and goes on when asked', async () => {
    const world = memoryWorld({ functions, settings: { maxCallsPerTurn: 3 } });
    world.files.set('a.ts', 'x\n');
    const model = new ScriptedModel((_, step) =>
      step < 4 ? { calls: [{ name: 'read_file', arguments: { path: 'a.ts' } }] } : { text: 'finally' },
    );
    const agent = await AgentProcess.open(world.parts, source(model));
    expect(await agent.submit('loop')).toBe('callLimit');
    expect(agent.transcript().find((e) => e.type === 'turnEnded')?.message).toContain('after 3 calls');
    expect(await agent.resumeTurn()).toBe('done');
  });

  it('keeps what was streamed when the connection breaks or the person stops', async () => {
    const world = memoryWorld({ functions });
    const model = new ScriptedModel((_, step) =>
      step === 0
        ? { text: 'half an ans', error: new ModelError('network', 'The connection broke.', 'Try again.') }
        : { text: 'a long answer with many words' },
    );
    const agent = await AgentProcess.open(world.parts, source(model));
    expect(await agent.submit('one')).toBe('error');
    const end = agent.transcript().find((e) => e.type === 'turnEnded');
    expect(end).toMatchObject({ errorKind: 'network', message: 'The connection broke. Try again.' });
    agent.output.subscribe((e) => {
      if (e.type === 'textDelta' && e.text.startsWith('answer')) agent.stop();
    });
    expect(await agent.submit('two')).toBe('cancelled');
    const texts = (eventsOf(world, 'message.assistant') as EventOf<'message.assistant'>[]).map((e) => [
      e.text,
      e.cut,
    ]);
    expect(texts).toEqual([
      ['half an ans', 'error'],
      ['a long answer ', 'cancelled'],
    ]);
  });

  it('resumes exactly where it was, and closes calls a crash cut short', async () => {
    const world = memoryWorld({ functions });
    world.files.set('a.ts', numbered('a', 5));
    const model = new ScriptedModel((_, step) =>
      step % 2 === 0 ? { calls: [{ name: 'read_file', arguments: { path: 'a.ts' } }] } : { text: 'ok' },
    );
    const agent = await AgentProcess.open(world.parts, source(model));
    await agent.submit('one');
    await agent.notes.pin('remember me');
    // Every prefix of the log is a moment at which the process may have been killed.
    const all = [...world.log.events];
    for (let length = 1; length <= all.length; length++) {
      const copy = memoryWorld({ functions, after: world });
      copy.log.events.length = 0;
      copy.log.events.push(...all.slice(0, length));
      const again = new ScriptedModel(() => ({ text: 'resumed' }));
      const resumed = await AgentProcess.open(copy.parts, source(again));
      expect(await resumed.submit('next')).toBe('done');
      const messages = again.requests.at(-1)?.request.messages ?? [];
      expectPaired(messages);
      const asked = all.slice(0, length).filter((e) => e.type === 'event.posted').length;
      expect(messages.filter((m) => m.content === 'one')).toHaveLength(asked);
      if (length === all.length) {
        expect(messages[0]?.content).toBe(model.requests[0]?.request.messages[0]?.content);
        expect(resumed.notes.list().map((n) => n.text)).toEqual(['remember me']);
      }
    }
  });

  it('loses nothing when the disk is full: the turn ends with an error and the log is as before', async () => {
    const world = memoryWorld({ functions });
    const agent = await AgentProcess.open(world.parts, source(new ScriptedModel(() => ({ text: 'ok' }))));
    await agent.submit('one');
    const before = world.log.events.length;
    const seen: OutputEvent[] = [];
    agent.output.subscribe((event) => seen.push(event));
    world.log.full = true;
    expect(await agent.submit('two')).toBe('error');
    expect(seen.find((e) => e.type === 'turnEnded')).toMatchObject({ errorKind: 'JournalError' });
    world.log.full = false;
    expect(world.log.events).toHaveLength(before);
    expect(await agent.submit('three')).toBe('done');
  });

  it('interrupts the turn when it is closed, so that it can be continued', async () => {
    const world = memoryWorld({ functions });
    const model = new ScriptedModel(() => ({ text: 'a long answer with many words' }));
    const agent = await AgentProcess.open(world.parts, source(model));
    agent.output.subscribe((e) => {
      if (e.type === 'textDelta' && e.text.startsWith('answer')) void agent.dispose();
    });
    expect(await agent.submit('one')).toBe('interrupted');
    const resumed = await AgentProcess.open(memoryWorld({ functions, after: world }).parts, source(model));
    expect(await resumed.resumeTurn()).toBe('done');
  });
});

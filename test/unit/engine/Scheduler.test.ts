import { describe, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import type { QueueEvent } from '../../../src/engine/events';
import { isQueueEvent } from '../../../src/engine/events';
import type { OutputEvent } from '../../../src/engine/OutputBuffer';
import type { EventSource, OutsideEvent } from '../../../src/engine/ports';
import { eventsOf, numbered, toolTexts } from '../../support/engineChecks';
import { fakeFunction, pageInFunction, readFileFunction } from '../../support/fakeFunctions';
import { type MemoryWorld, memoryWorld } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

const look = fakeFunction('look', async () => ({ text: 'nothing new' }));
const functions = [look, readFileFunction, pageInFunction];
const looking = { calls: [{ name: 'look', arguments: {} }] };

/** What the model was given, one line an entry. */
function queueOf(world: MemoryWorld): string[] {
  return world.log.events.filter(isQueueEvent).map((event: QueueEvent) => {
    if (event.type === 'function.result') return 'result';
    if (event.type === 'message.assistant') return event.text === '' ? 'calls' : event.text.trim();
    return event.type === 'message.user' ? event.text : event.kind;
  });
}

/** Opens a process whose model looks once in each turn, then answers; `during` runs while it makes its nth step. */
async function open(world: MemoryWorld, during: (step: number, agent: AgentProcess) => void = () => {}) {
  const model: ScriptedModel = new ScriptedModel((request, step) => {
    during(step, agent);
    return request.messages.at(-1)?.role === 'tool' ? { text: 'ok' } : looking;
  });
  const agent = await AgentProcess.open(world.parts, async () => model);
  return { agent, model };
}

describe('a message sent while a turn runs', () => {
  it('is durable and shown at once, and reaches the model at its next step', async () => {
    const world = memoryWorld({ functions });
    const seen: OutputEvent[] = [];
    let sent: Promise<unknown> | undefined;
    const { agent, model } = await open(world, (step, process) => {
      if (step === 0) sent = process.submit('rather this');
    });
    agent.output.subscribe((event) => seen.push(event));
    const ends = [await agent.submit('do that'), await sent];
    expect(ends).toEqual(['done', 'done']);
    expect(queueOf(world)).toEqual(['do that', 'calls', 'result', 'rather this', 'calls', 'result', 'ok']);
    expect(eventsOf(world, 'turn.started')).toHaveLength(1);
    expect(model.requests[1]?.request.messages.at(-1)?.content).toBe('rather this');
    const shown = seen.filter(({ type }) => type !== 'gauge').map(({ type }) => type);
    expect(shown.indexOf('messageQueued', 2)).toBeLessThan(shown.indexOf('callFinished'));
    expect(seen).toContainEqual(
      expect.objectContaining({ type: 'userMessage', text: 'rather this', posted: 7 }),
    );
  });

  it('starts the next turn when the model has answered already', async () => {
    const world = memoryWorld({ functions });
    let sent: Promise<unknown> | undefined;
    const { agent } = await open(world, (step, process) => {
      if (step === 1) sent = process.submit('and then?');
    });
    expect(await agent.submit('do that')).toBe('done');
    expect(agent.busy).toBe(true);
    expect(await sent).toBe('done');
    expect(queueOf(world).slice(3)).toEqual(['ok', 'and then?', 'calls', 'result', 'ok']);
    expect(eventsOf(world, 'turn.started')).toHaveLength(2);
    expect(agent.busy).toBe(false);
  });

  it('is not what Stop cancels: it starts the next turn, and the model is told of the stop first', async () => {
    const world = memoryWorld({ functions });
    let sent: Promise<unknown> | undefined;
    const { agent } = await open(world, (step, process) => {
      if (step !== 0) return;
      sent = process.submit('rather this').finally(() => undefined);
      process.stop();
    });
    expect(await agent.submit('do that')).toBe('cancelled');
    expect(await sent).toBe('done');
    expect(queueOf(world).slice(3)).toEqual(['cancelled', 'rather this', 'calls', 'result', 'ok']);
  });

  it('is answered although Stop came between its delivery and the request that would have held it', async () => {
    const world = memoryWorld({ functions });
    for (let i = 0; i < 20; i++) world.files.set(`f${i}.ts`, numbered(`file${i}`, 60));
    let stopped = false;
    let requests = 0;
    const model: ScriptedModel = new ScriptedModel(
      (_, step) => {
        if (stopped) return { text: 'ok' };
        void agent.submit(`sent during step ${step}`);
        return { calls: [{ name: 'read_file', arguments: { path: `f${step}.ts` } }] };
      },
      {
        windowTokens: 8192,
        // A rollover follows the delivery of what was sent during the step before.
        summary: () => {
          if (!stopped) agent.stop();
          stopped = true;
          requests = model.requests.length;
          return { text: 'short' };
        },
      },
    );
    const agent: AgentProcess = await AgentProcess.open(world.parts, async () => model);
    expect(await agent.submit('do that')).toBe('cancelled');
    expect(stopped).toBe(true);
    expect(eventsOf(world, 'message.user').at(-1)?.turn).toBe(1);
    const last = eventsOf(world, 'message.user').at(-1)?.text;
    expect(last).toMatch(/^sent during/);
    while (agent.busy) await new Promise((resolve) => setTimeout(resolve, 1));
    const answered = model.requests.slice(requests).find(({ request }) => request.functions.length > 0);
    expect(answered?.request.messages.map(({ content }) => content)).toContain(last);
    expect(eventsOf(world, 'turn.ended').map(({ reason }) => reason)).toEqual(['cancelled', 'done']);
  });

  it('comes back to the person when it cannot be made durable, and the turn goes on', async () => {
    const world = memoryWorld({ functions });
    const seen: OutputEvent[] = [];
    const { agent } = await open(world, (step, process) => {
      if (step !== 0) return;
      world.log.full = true;
      void process.submit('lost?').then(() => {
        world.log.full = false;
      });
    });
    agent.output.subscribe((event) => seen.push(event));
    await agent.submit('do that');
    expect(seen).toContainEqual(
      expect.objectContaining({
        type: 'messageRefused',
        text: 'lost?',
        message: expect.stringContaining('full'),
      }),
    );
    expect(queueOf(world)).not.toContain('lost?');
  });

  it('waits for a later boundary when all that was sent would not fit beside each other', async () => {
    const world = memoryWorld({ functions });
    const long = ['a', 'b', 'c'].map((letter) => letter.repeat(3200));
    const model: ScriptedModel = new ScriptedModel(
      (request, step) => {
        if (step === 0) for (const text of long) void agent.submit(text);
        return request.messages.at(-1)?.role === 'tool' ? { text: 'ok' } : looking;
      },
      { windowTokens: 8192 },
    );
    const agent: AgentProcess = await AgentProcess.open(world.parts, async () => model);
    await agent.submit('go');
    while (agent.busy) await new Promise((resolve) => setTimeout(resolve, 1));
    // Each is in some request before it leaves the window.
    for (const text of long)
      expect(model.requests.some(({ request }) => request.messages.some((m) => m.content === text))).toBe(
        true,
      );
    const order = queueOf(world).filter((line) => long.includes(line));
    expect(order).toEqual(long);
    expect(model.requests.filter(({ rejected }) => rejected)).toEqual([]);
  });
});

describe('outside events', () => {
  const all: OutsideEvent[] = [
    { kind: 'diagnosticsChanged', text: 'a.ts:3 has an error' },
    { kind: 'timer', text: 'it is time' },
    { kind: 'commandFinished', text: 'npm test: exit code 1' },
    { kind: 'userMessage', text: 'hello' },
    { kind: 'childFinished', text: 'the task is done: tool:s2/1' },
    { kind: 'timer', text: 'it is time again' },
  ];

  it('are delivered by priority, then by arrival, before what the engine finds itself', async () => {
    const world = memoryWorld({ functions });
    world.files.set('a.ts', 'one\n');
    const model: ScriptedModel = new ScriptedModel((_, step) => {
      if (step === 0) return { calls: [{ name: 'read_file', arguments: { path: 'a.ts' } }] };
      if (step === 1) {
        world.files.set('a.ts', 'two\n');
        for (const event of all) void agent.post(event);
        void agent.notes.pin('by the person');
        return looking;
      }
      return { text: 'ok' };
    });
    const agent: AgentProcess = await AgentProcess.open(world.parts, async () => model);
    await agent.submit('go');
    expect(queueOf(world).slice(5, -1)).toEqual([
      'hello',
      'commandFinished',
      'childFinished',
      'timer',
      'timer',
      'diagnosticsChanged',
      'fileChanged',
      'notesChanged',
    ]);
    const timers = eventsOf(world, 'interrupt').filter(({ kind }) => kind === 'timer');
    expect(timers.map(({ text }) => text)).toEqual(['it is time', 'it is time again']);
    const ids = eventsOf(world, 'event.posted').map(({ seq }) => seq);
    expect(ids).toHaveLength(all.length + 1);
  });

  it.each(['commandFinished', 'timer', 'childFinished'] as const)(
    '%s wakes an idle process',
    async (kind) => {
      const world = memoryWorld({ functions });
      const { agent } = await open(world);
      await agent.post({ kind, text: 'now' });
      expect(agent.busy).toBe(true);
      while (agent.busy) await new Promise((resolve) => setTimeout(resolve, 1));
      expect(queueOf(world)).toEqual([kind, 'calls', 'result', 'ok']);
    },
  );

  it('that do not wake wait for the next turn', async () => {
    const world = memoryWorld({ functions });
    const { agent } = await open(world);
    await agent.post({ kind: 'diagnosticsChanged', text: 'a.ts:3 has an error' });
    expect(agent.busy).toBe(false);
    await agent.submit('go');
    expect(queueOf(world).slice(0, 2)).toEqual(['go', 'diagnosticsChanged']);
  });

  it('come from sources until the process is closed, durable when the source is told so', async () => {
    let post: Parameters<EventSource['subscribe']>[0] | undefined;
    const terminal: EventSource = {
      subscribe(listener) {
        post = listener;
        return () => {
          post = undefined;
        };
      },
    };
    const world = memoryWorld({ functions });
    const agent = await AgentProcess.open(
      { ...world.parts, sources: [terminal] },
      async () => new ScriptedModel(() => ({ text: 'seen' })),
    );
    world.log.full = true;
    await expect(post?.({ kind: 'commandFinished', text: 'exit 0' })).rejects.toThrow('full');
    world.log.full = false;
    await post?.({ kind: 'commandFinished', text: 'exit 0' });
    expect(eventsOf(world, 'event.posted')).toMatchObject([{ text: 'exit 0', priority: 2 }]);
    while (agent.busy) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(queueOf(world)).toEqual(['commandFinished', 'seen']);
    await agent.dispose();
    expect(post).toBeUndefined();
  });

  it('that are long are shown in part; their address gives the rest, byte for byte', async () => {
    const output = Array.from({ length: 2000 }, (_, i) => `line ${i} of the output`).join('\n');
    const world = memoryWorld({ functions });
    const pages: string[] = [];
    const model = new ScriptedModel((request, step) => {
      const last = request.messages.at(-1)?.content ?? '';
      const text = step === 0 ? last : (toolTexts(request.messages).at(-1) ?? '');
      const body = text.replace(/^(<interrupt[^>]*>\n|\[tool:.*\]\n)/, '');
      const end = body.lastIndexOf('\n[page');
      pages.push(body.slice(0, end));
      const [, address, next] = /page_in\("(msg:\S+)", page: (\d+)\)/.exec(last) ?? [];
      const page = next ?? /page: (\d+)/.exec(body.slice(end))?.[1];
      if (page === undefined) return { text: 'read' };
      const from = address ?? `msg:s1/${eventsOf(world, 'event.posted')[0]?.seq}`;
      return { calls: [{ name: 'page_in', arguments: { address: from, page: Number(page) } }] };
    });
    const agent = await AgentProcess.open(world.parts, async () => model);
    await agent.post({ kind: 'commandFinished', text: output });
    while (agent.busy) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.join('')).toBe(output);
  });
});

describe('after a crash', () => {
  it('what was sent but not delivered waits, the turn can be continued, and it is delivered once', async () => {
    const world = memoryWorld({ functions });
    const { agent } = await open(world);
    await agent.submit('first');
    world.log.events.push({
      type: 'event.posted',
      kind: 'userMessage',
      priority: 1,
      text: 'second',
      at: 0,
      seq: world.log.events.length + 1,
    });
    const { agent: resumed } = await open(memoryWorld({ functions, after: world }));
    expect(resumed.busy).toBe(false);
    expect(eventsOf(world, 'turn.ended').map(({ reason }) => reason)).toEqual(['done', 'interrupted']);
    expect(resumed.transcript()).toContainEqual(
      expect.objectContaining({ type: 'messageQueued', text: 'second' }),
    );
    expect(await resumed.resumeTurn()).toBe('done');
    expect(queueOf(world).slice(4)).toEqual(['second', 'resumed', 'calls', 'result', 'ok']);
  });
});

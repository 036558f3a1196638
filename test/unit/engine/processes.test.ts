import { describe, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import type { ChatMessage } from '../../../src/engine/chat';
import type { EventOf, SessionEvent, SessionEventBody } from '../../../src/engine/events';
import type { OutputEvent } from '../../../src/engine/OutputBuffer';
import type { LanguageModel, ModelRequest } from '../../../src/engine/ports';
import { editNote } from '../../../src/tools/editNote';
import { pinNote } from '../../../src/tools/pinNote';
import { spawn } from '../../../src/tools/spawn';
import { unpinNote } from '../../../src/tools/unpinNote';
import { expectPaired, numbered, toolTexts } from '../../support/engineChecks';
import { pageInFunction, readFileFunction } from '../../support/fakeFunctions';
import { type MemoryWorld, memoryWorld, type WorldOptions } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';
import { ScriptedModel, type ScriptedModelOptions, type ScriptedReply } from '../../support/scriptedModel';

const functions = [readFileFunction, pageInFunction, pinNote, editNote, unpinNote, spawn];

/** What each process does, by the last thing it was asked: step by step, then `done`. */
type Plan = Readonly<Record<string, readonly ScriptedReply[]>>;

interface Setup extends ScriptedModelOptions {
  readonly world?: MemoryWorld;
  readonly settings?: WorldOptions['settings'];
  /** Waited for before a process answers. */
  readonly gate?: (task: string, signal: AbortSignal) => Promise<void>;
}

async function setUp(plan: Plan, { world: given, settings, gate, ...options }: Setup = {}) {
  const world = given ?? memoryWorld({ functions, ...(settings ? { settings } : {}) });
  world.files.set('a.ts', numbered('a', 400));
  const model = new ScriptedModel((request) => next(plan, request), options);
  const gated: LanguageModel = {
    id: model.id,
    generative: true,
    profile: () => model.profile(),
    async *stream(request, signal) {
      await gate?.(taskOf(request), signal);
      yield* model.stream(request, signal);
    },
  };
  const agent = await AgentProcess.open(world.parts, async () => gated);
  return { world, model, agent };
}

const isTask = (message: ChatMessage) => message.role === 'user' && !message.content.startsWith('<interrupt');

function taskOf(request: ModelRequest): string {
  const asked = request.messages.findLast(isTask)?.content ?? '';
  return /\nTask: ([\s\S]*)$/.exec(asked)?.[1] ?? asked;
}

function next(plan: Plan, request: ModelRequest): ScriptedReply {
  const asked = request.messages.findLastIndex(isTask);
  const steps = request.messages.slice(asked).filter(({ role }) => role === 'assistant').length;
  return plan[taskOf(request)]?.[steps] ?? { text: `done: ${taskOf(request)}` };
}

const call = (name: string, args: unknown) => ({ name, arguments: args });
const spawned = (task: string, more: object = {}) => call('spawn', { task, ...more });
const read = (startLine: number) => call('read_file', { path: 'a.ts', startLine, endLine: startLine + 9 });

const requestsOf = (model: ScriptedModel, task: string) =>
  model.requests.map(({ request }) => request).filter((request) => taskOf(request) === task);

function own<T extends SessionEventBody['type']>(world: MemoryWorld, session: string, type: T): EventOf<T>[] {
  const events: readonly SessionEvent[] = world.sessions.logs.get(session)?.events ?? [];
  return events.filter((event): event is EventOf<T> => event.type === type);
}

/** What the model was shown of the sub-agents it spawned, in the order of its calls. */
const results = (model: ScriptedModel, task: string) =>
  toolTexts(requestsOf(model, task).at(-1)?.messages ?? []).filter(
    (text) => text.includes('sub-agent') || / calls · /.test(text),
  );

/** Every log: numbers dense, calls answered, turns ended, and every request as it was sent. */
async function expectClosed(world: MemoryWorld): Promise<void> {
  for (const [session, log] of world.sessions.logs) {
    const events: SessionEvent[] = [];
    for await (const event of log.read()) events.push(event);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const calls = own(world, session, 'message.assistant').flatMap((event) =>
      event.calls.map(({ id }) => id),
    );
    expect(own(world, session, 'function.result').map(({ callId }) => callId)).toEqual(calls);
    expect(own(world, session, 'turn.ended')).toHaveLength(own(world, session, 'turn.started').length);
    expect(
      own(world, session, 'process.ended')
        .map((event) => event.process)
        .sort(),
    ).toEqual(
      own(world, session, 'process.started')
        .map((event) => event.process)
        .sort(),
    );
    // The number of a sub-agent is never given twice.
    const names = own(world, session, 'process.started').map((event) => event.process);
    expect(new Set(names).size).toBe(names.length);
    for (const request of await rebuildRequests({ log, blobs: world.blobs })) expectPaired(request.messages);
  }
}

describe('a sub-agent', () => {
  it('forked begins with the bytes of the request that spawned it', async () => {
    const { world, model, agent } = await setUp({
      first: [{ calls: [read(1), call('pin_note', { text: 'a decision' })] }],
      go: [{ text: 'I look.', calls: [read(21)] }, { calls: [spawned('look', { context: 'fork' })] }],
      look: [{ calls: [read(1), read(41)] }, { text: 'It is line 41.' }],
    });
    await agent.submit('first');
    await agent.submit('go');
    const parent = requestsOf(model, 'go')[1] as ModelRequest;
    const [child, later] = requestsOf(model, 'look') as [ModelRequest, ModelRequest];
    expect(child.messages).toHaveLength(parent.messages.length + 1);
    const open = JSON.stringify(parent.messages).slice(0, -1);
    expect(JSON.stringify(child.messages).startsWith(open)).toBe(true);
    expect(JSON.stringify(child.functions)).toBe(JSON.stringify(parent.functions));
    expect(child.messages.at(-1)?.content).toContain('Task: look');
    // What it inherits is resident for it.
    const shown = toolTexts(later.messages).slice(-2);
    expect(shown[0]).toContain('already in your window');
    expect(shown[1]).toContain('a line 41 with');
    // The one that spawned it goes on with its own bytes, and sees the answer only.
    const after = requestsOf(model, 'go')[2] as ModelRequest;
    expect(JSON.stringify(after.messages).startsWith(open)).toBe(true);
    expect(results(model, 'go')[0]).toMatch(/\[s1\.1 · fork · 2 of 20 calls · .* its messages: msg:s1\.1\//);
    expect(results(model, 'go')[0]).toContain('It is line 41.');
    expect(JSON.stringify(after.messages)).not.toContain('a line 41 with');
    await expectClosed(world);
  });

  it('forked keeps to the window that a refusal has told, not to the one that was promised', async () => {
    const { model, agent } = await setUp(
      {
        first: [{ calls: [read(1), read(31), read(61), read(91), read(121), read(151)] }],
        go: [{ calls: [spawned('look', { context: 'fork' })] }],
      },
      { windowTokens: 6000, claimedWindowTokens: 32_768 },
    );
    for (let n = 0; n < 12; n++) await agent.submit('first');
    await agent.submit('go');
    const refused = model.requests.findIndex(({ rejected }) => rejected);
    expect(refused).toBeGreaterThan(0);
    expect(model.requests.slice(refused + 1).filter(({ rejected }) => rejected)).toEqual([]);
    const [parent] = requestsOf(model, 'go') as [ModelRequest];
    const [child] = requestsOf(model, 'look') as [ModelRequest];
    expect(child.messages.slice(0, -1)).toEqual(parent.messages);
  });

  it('fresh has an empty window: kernel text and its task, no notes, nothing of the conversation', async () => {
    const { world, model, agent } = await setUp({
      first: [{ calls: [read(1), call('pin_note', { text: 'a decision' })] }],
      go: [{ calls: [spawned('look')] }],
      look: [{ calls: [read(1)] }, { text: 'Found it.' }],
    });
    await agent.submit('first');
    await agent.submit('go');
    const [child] = requestsOf(model, 'look') as [ModelRequest];
    expect(child.messages.map(({ role }) => role)).toEqual(['system', 'user']);
    expect(child.messages[0]?.content).toContain('(no notes are pinned)');
    expect(child.messages[1]?.content).toContain('Task: look');
    const [text = ''] = results(model, 'go');
    expect(text).toContain('Found it.');
    const [, messages = ''] = /its messages: (\S+?)\]/.exec(text) ?? [];
    expect(await agent.stored(messages)).toContain('a line 1 with');
    const [ended] = own(world, 's1', 'process.ended');
    const [result] = own(world, 's1', 'function.result').slice(-1);
    expect(ended).toMatchObject({ process: 's1.1', reason: 'done', calls: 1 });
    expect(await agent.stored(result?.address ?? '')).toContain('Found it.');
    const usage = own(world, 's1.1', 'response.received').map((event) => event.usage);
    expect(ended?.spentTokens).toBe(
      usage.reduce((sum, used) => sum + (used?.promptTokens ?? 0) + (used?.completionTokens ?? 0), 0),
    );
    await expectClosed(world);
  });

  it('is brought nothing of what the person looks at in the editor', async () => {
    const world = memoryWorld({ functions });
    const editor = {
      selection: () => ({ path: 'a.ts', startLine: 1, endLine: 5 }),
      freshDiagnostics: () => [],
    };
    Object.assign(world.parts, { editor });
    const plan = { go: [{ calls: [spawned('look')] }], look: [{ text: 'Nothing.' }] };
    const { agent } = await setUp(plan, { world });
    await agent.submit('go');
    expect(own(world, 's1', 'interrupt').map(({ kind }) => kind)).toContain('prefetch');
    expect(own(world, 's1.1', 'interrupt')).toEqual([]);
  });

  it('shows what it does in the row of its call', async () => {
    const { agent } = await setUp({
      go: [{ calls: [spawned('look')] }],
      look: [{ calls: [read(1), read(11)] }],
    });
    const seen: OutputEvent[] = [];
    agent.output.subscribe((event) => seen.push(event));
    await agent.submit('go');
    expect(seen.filter((event) => event.type === 'callProgress')).toEqual([
      { type: 'callProgress', callId: 'call_1', text: 's1.1 · 2 of 20 calls · read_file, read_file' },
    ]);
  });

  it('feeds recall under its own name', async () => {
    const { world, agent } = await setUp({ go: [{ calls: [spawned('look')] }] });
    await agent.submit('go');
    expect(world.recalled.filter(({ session }) => session === 's1.1').map(({ role }) => role)).toEqual([
      'user',
      'assistant',
    ]);
  });
});

describe('several sub-agents of one step', () => {
  it('run at once, four at most, and answer in the order of the calls', async () => {
    const tasks = ['t1', 't2', 't3', 't4', 't5', 't6'];
    let inside = 0;
    let most = 0;
    const { world, model, agent } = await setUp(
      { go: [{ calls: tasks.map((task) => spawned(task)) }] },
      {
        gate: async (task) => {
          if (!tasks.includes(task)) return;
          most = Math.max(most, ++inside);
          // The first asked is the last to answer.
          for (let i = 0; i < 40 - 6 * Number(task.slice(1)); i++) await new Promise(setImmediate);
          inside--;
        },
      },
    );
    expect(await agent.submit('go')).toBe('done');
    expect(most).toBe(4);
    const texts = results(model, 'go');
    expect(texts.map((text) => /done: (t\d)/.exec(text)?.[1])).toEqual(tasks);
    expect(texts.map((text) => /\[(s1\.\d) ·/.exec(text)?.[1]).sort()).toEqual(
      tasks.map((_, index) => `s1.${index + 1}`),
    );
    expect(own(world, 's1', 'process.ended').map((event) => event.process)).toEqual(
      texts.map((text) => /\[(s1\.\d) ·/.exec(text)?.[1]),
    );
    await expectClosed(world);
  });
});

describe('the bounds', () => {
  const endless = Array.from({ length: 40 }, (_, n) => ({ text: `step ${n}`, calls: [read(1 + 10 * n)] }));

  it('of calls end it with what it had said', async () => {
    const { world, model, agent } = await setUp({
      go: [{ calls: [spawned('look', { steps: 3 })] }],
      look: endless,
    });
    expect(await agent.submit('go')).toBe('done');
    expect(results(model, 'go')[0]).toContain('ended at its limit of calls, before it was done');
    expect(results(model, 'go')[0]).toContain('step 2');
    expect(requestsOf(model, 'look')).toHaveLength(3);
    expect(own(world, 's1', 'process.ended')[0]).toMatchObject({ reason: 'callLimit', calls: 3 });
    expect(own(world, 's1', 'function.result').at(-1)?.isError).toBe(false);
    await expectClosed(world);
  });

  it('of calls are twenty, and never more than a turn may make', async () => {
    const plan: Plan = {
      go: [{ calls: [spawned('look'), spawned('far', { steps: 99 })] }],
      look: endless,
      far: endless,
    };
    const { model, agent } = await setUp(plan, { settings: { maxCallsPerTurn: 30 } });
    await agent.submit('go');
    expect(requestsOf(model, 'look')).toHaveLength(20);
    expect(requestsOf(model, 'far')).toHaveLength(30);
  });

  it('of tokens end it before the request that would follow', async () => {
    const { world, model, agent } = await setUp({
      go: [{ calls: [spawned('look', { tokens: 6000 })] }],
      look: endless,
    });
    expect(await agent.submit('go')).toBe('done');
    expect(results(model, 'go')[0]).toContain('ended at its limit of tokens');
    const [ended] = own(world, 's1', 'process.ended');
    expect(ended?.reason).toBe('tokenLimit');
    const spent = own(world, 's1.1', 'response.received').map(
      ({ usage }) => (usage?.promptTokens ?? 0) + (usage?.completionTokens ?? 0),
    );
    const sum = (tokens: readonly number[]) => tokens.reduce((a, b) => a + b, 0);
    expect(sum(spent)).toBeGreaterThanOrEqual(6000);
    expect(sum(spent.slice(0, -1))).toBeLessThan(6000);
    await expectClosed(world);
  });

  it('of tokens are eight windows, and count where the endpoint does not tell', async () => {
    const { world, agent } = await setUp(
      { go: [{ calls: [spawned('look', { tokens: 1e9 })] }], look: endless },
      { windowTokens: 5000, reportsUsage: false },
    );
    await agent.submit('go');
    expect(own(world, 's1', 'process.started')[0]?.tokenLimit).toBe(40_000);
    expect(own(world, 's1', 'process.ended')[0]?.spentTokens).toBeGreaterThan(1000);
  });

  it('of depth are two levels; all of them spend of what the first was given', async () => {
    const { world, model, agent } = await setUp({
      go: [{ calls: [spawned('one', { tokens: 9000 })] }],
      one: [{ calls: [spawned('two', { tokens: 50_000 })] }],
      two: [{ calls: [spawned('three')] }, { text: 'I did it myself.' }],
    });
    expect(await agent.submit('go')).toBe('done');
    expect(requestsOf(model, 'three')).toEqual([]);
    expect(toolTexts(requestsOf(model, 'two')[1]?.messages ?? [])[0]).toContain('Do the task yourself.');
    expect(results(model, 'one')[0]).toContain('I did it myself.');
    const [outer] = own(world, 's1', 'process.ended');
    const [inner] = own(world, 's1.1', 'process.ended');
    expect(inner?.process).toBe('s1.1.1');
    expect(own(world, 's1.1', 'process.started')[0]?.tokenLimit).toBeLessThan(9000);
    expect(outer?.spentTokens).toBeGreaterThan(inner?.spentTokens ?? Number.POSITIVE_INFINITY);
    await expectClosed(world);
  });
});

describe('the notes of a sub-agent', () => {
  it('are taken over with the message they come from; what is pinned already is not pinned twice', async () => {
    const { world, model, agent } = await setUp({
      go: [{ calls: [spawned('look'), spawned('also')] }],
      look: [
        {
          calls: [
            call('pin_note', { text: 'port 8080' }),
            call('pin_note', { text: 'in a.ts', source: 'msg:s1/3' }),
          ],
        },
      ],
      also: [{ calls: [call('pin_note', { text: 'port 8080' })] }],
    });
    await agent.submit('go');
    expect(agent.notes.list()).toMatchObject([
      { text: 'port 8080', by: 'model', source: expect.stringMatching(/^msg:s1\.1\/\d+$/) },
      { text: 'in a.ts', by: 'model', source: 'msg:s1/3' },
    ]);
    expect(await agent.stored(agent.notes.list()[0]?.source ?? '')).toContain('pin_note');
    const [first, second] = results(model, 'go');
    expect(first).toContain('Notes taken over:\n- pinned ');
    expect(second).not.toContain('Notes taken over');
    await expectClosed(world);
  });

  it('edited and removed by a fork change those here, unless they changed meanwhile: then they are conflicts', async () => {
    let change: () => Promise<void> = async () => undefined;
    const ids: string[] = [];
    const look: ScriptedReply[] = [{}, { text: 'ok' }];
    const { world, model, agent } = await setUp(
      { go: [{ calls: [spawned('look', { context: 'fork' })] }], look },
      { gate: async (task) => (task === 'look' ? change() : undefined) },
    );
    for (const text of ['a', 'b', 'c', 'd', 'e']) ids.push((await agent.notes.pin(text)).id);
    const [a, b, c, d, e] = ids;
    look[0] = {
      calls: [
        call('edit_note', { id: a, text: 'a by the sub-agent' }),
        call('edit_note', { id: b, text: 'b by the sub-agent' }),
        call('unpin_note', { id: c }),
        call('unpin_note', { id: d }),
        call('edit_note', { id: e, text: 'e by the sub-agent' }),
      ],
    };
    change = async () => {
      change = async () => undefined;
      await agent.notes.edit(b ?? '', 'b by the person');
      await agent.notes.edit(d ?? '', 'd by the person');
      await agent.notes.unpin(e ?? '');
    };
    await agent.submit('go');
    expect(agent.notes.list().map(({ text }) => text)).toEqual([
      'a by the sub-agent',
      'b by the person',
      'd by the person',
    ]);
    const [text = ''] = results(model, 'go');
    expect(text).toContain(`Notes taken over:\n- edited ${a}: a by the sub-agent\n- removed ${c}`);
    const conflicts = text.slice(text.indexOf('CONFLICTS, not applied:')).split('\n').slice(1);
    expect(conflicts).toEqual([
      expect.stringContaining(
        `It would change ${b} to "b by the sub-agent". Note ${b} was changed meanwhile to "b by the person".`,
      ),
      expect.stringContaining(`It would remove ${d}. Note ${d} was changed meanwhile`),
      expect.stringContaining(`It would change ${e} to "e by the sub-agent". There is no note ${e}.`),
    ]);
    await expectClosed(world);
  });

  it('that find no room are conflicts', async () => {
    const { model, agent } = await setUp({
      go: [{ calls: [spawned('look')] }],
      look: [{ calls: [call('pin_note', { text: 'x'.repeat(1200) })] }],
    });
    await agent.notes.pin('y'.repeat(1200));
    await agent.submit('go');
    expect(agent.notes.list()).toHaveLength(1);
    expect(results(model, 'go')[0]).toContain('CONFLICTS, not applied:\n- It would pin "xxx');
  });
});

describe('when it goes wrong', () => {
  it('cancelling cancels the sub-agents, waits for them, and takes nothing of theirs over', async () => {
    const reached: string[] = [];
    let agentToStop: AgentProcess | undefined;
    const { world, agent } = await setUp(
      {
        go: [
          {
            calls: [
              spawned('one'),
              spawned('two', { context: 'fork' }),
              ...['3', '4', '5', '6'].map((t) => spawned(t)),
            ],
          },
        ],
        one: [{ calls: [call('pin_note', { text: 'half' })] }, { text: 'never said' }],
        two: [{ calls: [spawned('deep')] }],
      },
      {
        gate: async (task, signal) => {
          const before = reached.filter((known) => known === task).length;
          reached.push(task);
          if (task === 'deep') agentToStop?.stop();
          // The first has pinned its note when all are stopped.
          if (['go', 'two', 'another'].includes(task) || (task === 'one' && before === 0)) return;
          while (!signal.aborted) await new Promise(setImmediate);
        },
      },
    );
    agentToStop = agent;
    expect(await agent.submit('go')).toBe('cancelled');
    expect(reached).toContain('deep');
    // Two still waited for their turn.
    expect(own(world, 's1', 'process.started')).toHaveLength(4);
    expect(own(world, 's1.1', 'note.pinned')).toHaveLength(1);
    expect(agent.notes.list()).toEqual([]);
    const durable = world.sessions.written.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(world.sessions.written).toHaveLength(durable);
    expect(own(world, 's1', 'process.ended').map(({ reason }) => reason)).toContain('cancelled');
    expect(own(world, 's1.2', 'process.ended')[0]?.reason).toBe('cancelled');
    expect(own(world, 's1.2', 'turn.ended').at(-1)?.reason).toBe('cancelled');
    await expectClosed(world);
    // The log is whole: the conversation goes on.
    expect(await agent.submit('another')).toBe('done');
  });

  it('an endpoint that fails ends the sub-agent, not the turn', async () => {
    const { world, model, agent } = await setUp({
      go: [{ calls: [spawned('look')] }],
      look: [{ error: new Error('The endpoint burns.') }],
    });
    expect(await agent.submit('go')).toBe('done');
    expect(results(model, 'go')[0]).toContain('The sub-agent failed: The endpoint burns.');
    expect(own(world, 's1', 'function.result')[0]?.isError).toBe(true);
    await expectClosed(world);
  });

  it('killed after any event, both logs are closed on opening, and nothing is lost or doubled', async () => {
    const plan: Plan = {
      go: [{ calls: [spawned('one'), spawned('two', { context: 'fork' })] }],
      one: [{ calls: [read(1), call('pin_note', { text: 'half' })] }],
      two: [{ calls: [spawned('deep')] }],
      deep: [{ calls: [read(31)] }],
    };
    const { world, agent } = await setUp(plan);
    await agent.submit('go');
    const { written } = world.sessions;
    expect(new Set(written.map(({ session }) => session))).toEqual(new Set(['s1', 's1.1', 's1.2', 's1.2.1']));
    for (let count = 1; count <= written.length; count++) {
      const sessions = await world.sessions.cutAfter(count);
      const after = memoryWorld({ functions, after: { sessions, blobs: world.blobs, files: world.files } });
      const { agent: resumed } = await setUp(plan, { world: after });
      for (const session of sessions.logs.keys()) {
        const before = written.slice(0, count).filter((entry) => entry.session === session);
        const now: readonly SessionEvent[] = sessions.logs.get(session)?.events ?? [];
        expect(now.slice(0, before.length)).toEqual(before.map(({ event }) => event));
      }
      await expectClosed(after);
      expect(await resumed.submit('go')).toBe('done');
      await expectClosed(after);
      await resumed.dispose();
    }
  });
});

import { describe, expect, it } from 'vitest';
import type { OutputEvent } from '../../../src/engine/OutputBuffer';
import type { ModelRequest } from '../../../src/engine/ports';
import { toolTexts } from '../../support/engineChecks';
import { memoryWorld } from '../../support/memoryPorts';

import {
  call,
  expectClosed,
  functions,
  own,
  type Plan,
  read,
  requestsOf,
  results,
  setUp,
  spawned,
} from '../../support/subAgents';

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

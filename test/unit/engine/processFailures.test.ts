import { describe, expect, it } from 'vitest';
import type { AgentProcess } from '../../../src/engine/AgentProcess';
import type { SessionEvent } from '../../../src/engine/events';
import { memoryWorld } from '../../support/memoryPorts';

import {
  call,
  expectClosed,
  functions,
  own,
  type Plan,
  read,
  results,
  setUp,
  spawned,
} from '../../support/subAgents';

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
  }, 30_000);
});

import { describe, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { DiskUnavailableError } from '../../../src/engine/errors';
import type { RecallMessage } from '../../../src/engine/ports';
import { RecallFeeder } from '../../../src/engine/RecallFeeder';
import { memoryWorld } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

function message(seq: number): RecallMessage {
  return { id: `msg:s/${seq}`, session: 's', seq, time: seq, role: 'user', text: `message ${seq}` };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('recall storage', () => {
  it('gets what came while it was busy in one batch', async () => {
    const batches: number[][] = [];
    const feeder = new RecallFeeder({
      append: async (messages) => {
        batches.push(messages.map(({ seq }) => seq));
        await settled();
      },
    });
    for (const seq of [1, 2, 3]) feeder.feed(message(seq));
    while (batches.length < 2) await settled();
    expect(batches).toEqual([[1], [2, 3]]);
  });

  it('gets what it missed with the next message', async () => {
    const stored: number[] = [];
    let away = true;
    const feeder = new RecallFeeder({
      append: async (messages) => {
        if (away) throw new DiskUnavailableError('The disk is away.', 'Wait.');
        stored.push(...messages.map(({ seq }) => seq));
      },
    });
    feeder.feed(message(1));
    await settled();
    away = false;
    feeder.feed(message(2));
    await settled();
    expect(stored).toEqual([1, 2]);
  });

  it('never keeps a turn waiting', async () => {
    const world = memoryWorld();
    const silent = () => new Promise<never>(() => {});
    const parts = {
      ...world.parts,
      recall: { ...world.parts.recall, append: silent },
      archival: { ...world.parts.archival, insertNotes: silent },
    };
    const model = new ScriptedModel(() => ({ text: 'fine' }));
    const agent = await AgentProcess.open(parts, async () => model);
    expect(await agent.submit('hello')).toBe('done');
    expect(await agent.submit('again')).toBe('done');
    await agent.dispose();
  });
});

import { expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { MemoryStats } from '../../../src/engine/MemoryStats';
import { virtualPolicy } from '../../../src/engine/memoryPolicies';
import { eventsOf, numbered } from '../../support/engineChecks';
import { pageInFunction, readFileFunction } from '../../support/fakeFunctions';
import { type MemoryWorld, memoryWorld } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

/** A model that reads the files of `order`, one a step, in a window that holds about six of them. */
async function readInOrder(order: readonly number[]): Promise<{ world: MemoryWorld; stats: MemoryStats }> {
  const world = memoryWorld({
    functions: [readFileFunction, pageInFunction],
    settings: { residentLimit: 6000, policy: { ...virtualPolicy, high: 0.9, low: 0.5 } },
  });
  for (let i = 0; i < 30; i++) world.files.set(`src/f${i}.ts`, numbered(`file${i}`, 50));
  const model = new ScriptedModel(
    (_, step) =>
      step < order.length
        ? { calls: [{ name: 'read_file', arguments: { path: `src/f${order[step]}.ts` } }] }
        : { text: 'done' },
    { windowTokens: 32_000 },
  );
  const agent = await AgentProcess.open(
    { ...world.parts, settings: () => ({ ...world.parts.settings(), maxCallsPerTurn: 500 }) },
    async () => model,
  );
  expect(await agent.submit('read')).toBe('done');
  const stats = new MemoryStats();
  for await (const event of world.log.read()) stats.apply(event, 's1');
  return { world, stats };
}

it('counts what was cold, what had been evicted, and what left without ever being used', async () => {
  const { stats, world } = await readInOrder([...Array(20).keys(), 0, 1]);
  const figures = stats.figures();
  expect(figures.faults).toMatchObject({ cold: 20, capacity: 2, stale: 0 });
  expect(figures.rollovers).toBe(
    eventsOf(world, 'epoch.started').filter(({ evicted }) => evicted.length > 0).length,
  );
  expect(figures.pollution.pages).toBeGreaterThan(5);
  expect(figures.refaultDistance).toBeGreaterThan(5);
  expect(figures.hitRatio).toBeLessThan(0.2);
  expect(figures.turns).toBe(1);
  expect(figures.tokensPerTurn).toBeGreaterThan(20_000);
});

it('counts a read of what is resident as a use, not as a fault', async () => {
  const figures = (await readInOrder([0, 0, 0, 0])).stats.figures();
  expect(figures).toMatchObject({ faults: { cold: 1 }, minorFaults: 3, references: 3, hitRatio: 0.75 });
});

it('counts a look-up that a prefetched page answered among the minor ones, and as a hit', () => {
  const stats = new MemoryStats();
  const page = { path: 'b.ts', startLine: 1, endLine: 9, source: 'x', version: '1' };
  const address = 'file:proj/b.ts#L1-L9@1234567890abcdef';
  const at = { at: 0, turn: 1, tokens: 90, text: '' };
  const brought = { ...at, seq: 1, type: 'interrupt', kind: 'prefetch', origin: 'prefetch' } as const;
  stats.apply({ ...brought, pages: [{ ...page, address }] }, 's1');
  stats.apply({ ...at, seq: 2, type: 'message.assistant', calls: [], references: [address] }, 's1');
  const result = { callId: 'c', name: 'read_file', address: 'tool:s1/1', result: 'y', isError: false, ms: 1 };
  const fault = { kind: 'minor', tier: 'resident', cause: 'prefetch' } as const;
  stats.apply({ ...at, ...result, seq: 3, type: 'function.result', pages: [], fault }, 's1');
  expect(stats.figures()).toMatchObject({
    faults: { prefetch: 1 },
    minorFaults: 1,
    references: 1,
    prefetched: 1,
    prefetchHits: 1,
    hitRatio: 1,
  });
});

it('raises the alarm when pages go in circles, once, makes room, and calls it off when that helps', async () => {
  // Nine files in turn, in a window that holds six: every rollover throws out what is wanted next.
  const circles = Array.from({ length: 90 }, (_, i) => i % 9);
  const { world } = await readInOrder([...circles, ...Array(60).fill(0)]);
  const alarms = eventsOf(world, 'thrashing');
  expect(alarms.map(({ active }) => active)).toEqual([true, false]);
  const told = eventsOf(world, 'interrupt').filter(({ kind }) => kind === 'thrashing');
  expect(told).toHaveLength(1);
  // With the resident set enlarged to the whole window the nine files fit.
  const after = eventsOf(world, 'function.result').filter(({ seq }) => seq > (alarms[0]?.seq ?? 0));
  expect(after.slice(9, 80).every(({ fault }) => fault?.kind === 'minor')).toBe(true);
});

it('does not cry wolf over files that are read once', async () => {
  const { world } = await readInOrder([...Array(30).keys()]);
  expect(eventsOf(world, 'thrashing')).toEqual([]);
});

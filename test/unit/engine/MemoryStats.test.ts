import { describe, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import type { EventOf, SessionEvent } from '../../../src/engine/events';
import { MemoryStats } from '../../../src/engine/MemoryStats';
import { virtualPolicy } from '../../../src/engine/memoryPolicies';
import { pagesOf } from '../../../src/engine/queueEntries';
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

const result = {
  type: 'function.result',
  turn: 1,
  callId: 'c',
  name: 'f',
  result: 'h',
  tokens: 100,
  isError: false,
  ms: 1,
} as const;

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

describe('the distance of a re-fault', () => {
  const session = 's1';
  const page = (lines: string) => ({
    address: `file:p/a.ts#${lines}@0123456789abcdef`,
    path: 'a.ts',
    startLine: 1,
    endLine: 60,
    source: 'h',
    version: '1',
  });

  /** Shows something, lets it leave, makes `steps` steps, and lets it come back. */
  function distanceOf(
    shown: Partial<EventOf<'function.result'>>,
    back: Partial<EventOf<'function.result'>>,
  ): number | undefined {
    const stats = new MemoryStats();
    let seq = 0;
    const apply = (event: object) => stats.apply({ seq: ++seq, at: 0, ...event } as SessionEvent, session);
    const step = () => apply({ type: 'message.assistant', turn: 1, text: '', calls: [], tokens: 1 });
    step();
    apply({ ...result, address: 'tool:s1/1', pages: [], ...shown });
    const [gone] = pagesOf({ seq, at: 0, ...result, address: 'tool:s1/1', pages: [], ...shown }, session);
    apply({ type: 'epoch.started', epoch: 2, evicted: [gone], retained: [] });
    step();
    step();
    step();
    const fault = { kind: 'major', tier: 'recall', cause: 'capacity' };
    apply({ ...result, address: 'tool:s1/2', pages: [], fault, ...back });
    return stats.figures().refaultDistance;
  }

  it('is that of lines which left as part of a larger page', () => {
    expect(distanceOf({ pages: [page('L1-L60')] }, { pages: [page('L11-L20')] })).toBe(3);
    expect(distanceOf({ pages: [page('L1-L60')] }, { pages: [page('L61-L70')] })).toBeUndefined();
  });

  it('is that of a result which is shown again under the address of another call', () => {
    expect(distanceOf({}, { shows: ['tool:s1/1'] })).toBe(3);
  });
});

it('does not take a page for gone that a later entry shows as well', () => {
  const stats = new MemoryStats();
  const shown = { ...result, address: 'tool:s1/1', pages: [] };
  for (const seq of [1, 2]) stats.apply({ ...shown, seq, at: 0 } as SessionEvent, 's1');
  const evicted = [{ address: 'tool:s1/1', seq: 1, kind: 'tool', tokens: 100, label: 'f' }];
  stats.apply(
    { type: 'epoch.started', seq: 3, at: 0, epoch: 2, evicted, retained: [2] } as unknown as SessionEvent,
    's1',
  );
  expect(stats.workingSet).toBe(100);
  expect(stats.figures().pollution.pages).toBe(0);
});

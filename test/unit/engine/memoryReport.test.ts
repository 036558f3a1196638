import { expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { MemoryStats } from '../../../src/engine/MemoryStats';
import { type MemoryReport, memoryReport } from '../../../src/engine/memoryReport';
import { memoryReportText } from '../../../src/engine/memoryReportText';
import { SessionState } from '../../../src/engine/SessionState';
import { eventsOf, numbered } from '../../support/engineChecks';
import { pageInFunction, readFileFunction } from '../../support/fakeFunctions';
import { type MemoryWorld, memoryWorld, roughCounter } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

const functions = [readFileFunction, pageInFunction];

/** As `vctx stats` folds it: from log and blobs alone. */
async function folded(world: MemoryWorld): Promise<MemoryReport> {
  const state = new SessionState('s1', world.blobs, roughCounter, () => 0);
  await state.restore(world.log.read(), () => undefined);
  return memoryReport(state, {});
}

/** A model that reads one range a step, `[path, first, last]`, then ends the turn. */
function reader(ranges: readonly (readonly [string, number, number])[]): ScriptedModel {
  return new ScriptedModel(
    (_, step) => {
      const range = ranges[step];
      if (!range) return { text: 'Decision: we keep the adapter as it is.' };
      const [path, startLine, endLine] = range;
      return { calls: [{ name: 'read_file', arguments: { path, startLine, endLine } }] };
    },
    { windowTokens: 32_000 },
  );
}

it('lists every resident page as the page table has it, and the rules, most tokens first', async () => {
  const world = memoryWorld({ functions });
  world.rules.push({
    path: 'AGENTS.md',
    addressPath: 'proj/AGENTS.md',
    text: 'Always write tests.\n',
    version: '1',
  });
  world.files.set('src/big.ts', numbered('big', 60));
  world.files.set('src/small.ts', numbered('small', 3));
  const model = reader([
    ['src/big.ts', 1, 60],
    ['src/small.ts', 1, 3],
    ['src/small.ts', 1, 3],
  ]);
  const agent = await AgentProcess.open(world.parts, async () => model);
  await agent.submit('Read them.');
  const note = await agent.pinRange('src/small.ts', 1, 3);
  world.files.set('src/big.ts', numbered('other', 60));
  await agent.filesChanged();

  const { pages } = await folded(world);
  expect(pages.map(({ tokens }) => tokens)).toEqual(
    [...pages].map(({ tokens }) => tokens).sort((a, b) => b - a),
  );
  const page = (start: string) => pages.find(({ address }) => address.startsWith(start));
  expect(page('file:proj/src/big.ts')).toMatchObject({
    kind: 'file',
    stale: true,
    pinned: false,
    since: { epoch: 1, turn: 1 },
    origin: 'fault',
    carried: false,
  });
  expect(page('file:proj/src/small.ts')).toMatchObject({
    address: note.source,
    pinned: true,
    stale: false,
    references: 1,
    lastReference: { turn: 1, step: 3 },
  });
  expect(page('file:proj/AGENTS.md')).toMatchObject({ kind: 'rules', pinned: true, stale: false });
  expect(pages.filter(({ dirty }) => dirty).map(({ label }) => label)).toEqual([
    expect.stringContaining('Decision: we keep the adapter'),
  ]);
  expect(pages.flatMap(({ kind, origin }) => (kind === 'message' && origin ? [origin] : []))).toEqual([
    'user',
  ]);
  expect(pages.filter(({ kind }) => kind === 'message')).toHaveLength(
    eventsOf(world, 'message.user').length + eventsOf(world, 'message.assistant').length,
  );
});

it('marks a page that holds what a note was taken from, also after a rollover has merged its lines', async () => {
  const world = memoryWorld({ functions, settings: { residentLimit: 6000 } });
  world.files.set('src/long.ts', numbered('long', 200));
  for (let i = 0; i < 16; i++) world.files.set(`src/f${i}.ts`, numbered(`file${i}`, 40));
  const ranges = Array.from({ length: 16 }, (_, i) => [
    ['src/long.ts', i * 10 + 1, i * 10 + 10] as const,
    [`src/f${i}.ts`, 1, 40] as const,
  ]);
  const model = reader(ranges.flat());
  const agent = await AgentProcess.open(world.parts, async () => model);
  const { source } = await agent.pinRange('src/long.ts', 11, 20);
  expect(await agent.submit('Read them.')).toBe('done');
  const { pages } = await folded(world);
  const carried = pages.filter((page) => page.carried);
  expect(carried.some(({ address }) => address.includes('src/long.ts'))).toBe(true);
  expect(pages.some(({ address }) => address === source)).toBe(false);
  expect(pages.filter(({ pinned }) => pinned)).toEqual([
    expect.objectContaining({ carried: true, address: expect.stringContaining('src/long.ts#L') }),
  ]);
});

it('says in the text what the log says', async () => {
  const world = memoryWorld({ functions, settings: { residentLimit: 6000 } });
  for (let i = 0; i < 15; i++) world.files.set(`src/f${i}.ts`, numbered(`file${i}`, 50));
  const order = [...Array(15).keys(), 0, 1, 1];
  const model = reader(order.map((i) => [`src/f${i}.ts`, 1, 50] as const));
  const agent = await AgentProcess.open(world.parts, async () => model);
  await agent.submit('Read them.');

  const stats = new MemoryStats();
  for await (const event of world.log.read()) stats.apply(event, 's1');
  const { faults, minorFaults, rollovers, hitRatio, pollution } = stats.figures();
  const text = agent.memoryReport();
  const value = (name: string) =>
    text
      .split('\n')
      .find((line) => line.startsWith(`  ${name}  `))
      ?.slice(name.length + 2)
      .trim()
      .split(/ {2,}/)[0];
  expect([faults.cold, faults.capacity, minorFaults]).toEqual([15, 2, 1]);
  expect(value('faults, cold')).toBe('15');
  expect(value('faults, capacity')).toBe('2');
  expect(value('faults, minor')).toBe('1');
  expect(value('rollovers')).toBe(String(rollovers));
  expect(value('hit ratio')).toBe(`${(hitRatio * 100).toFixed(1)} %`);
  expect(value('pollution')).toBe(String(pollution.pages));
  expect(value('resident limit')).toBe('6,000');
  expect(value('thrashing')).toBe('no');
  expect(value('prefetch accuracy')).toBe('-');

  const gauge = agent.gauge();
  expect(gauge).toMatchObject({ limit: 6000, hitRatio, thrashing: false });
  const parts = gauge.system + gauge.notes + gauge.summary + gauge.pages + gauge.queue + gauge.free;
  expect(Math.abs(parts - gauge.budget)).toBeLessThan(5);

  const report = await folded(world);
  const { system, notes, summary, pages, queue, total } = report.occupancy;
  expect(Math.min(system, notes, summary, queue)).toBeGreaterThan(0);
  expect(total).toBe(system + notes + summary + pages + queue);
  for (const { address } of report.pages) expect(text).toContain(address);
  // The live session and the fold of its log agree on everything but what only the settings know.
  const below = (report: string) => report.slice(report.indexOf('Occupancy'));
  expect(below(memoryReportText(report))).toBe(below(text));
});

it('says that the limit is lifted while the alarm is on, as the gauge does', async () => {
  const world = memoryWorld({ functions, settings: { residentLimit: 6000 } });
  const model = reader([]);
  const open = () => AgentProcess.open(world.parts, async () => model);
  await (await open()).submit('Hello.');
  const thrashing = (active: boolean) => world.log.append([{ type: 'thrashing', active, returns: 5, at: 0 }]);
  await thrashing(true);
  const alarmed = await open();
  await alarmed.prepare(new AbortController().signal);
  expect(alarmed.gauge()).toMatchObject({ thrashing: true, limit: alarmed.gauge().budget });
  expect(alarmed.memoryReport()).toMatch(/thrashing +yes /);
  expect(alarmed.memoryReport()).toContain('lifted while pages come back too soon');
  await thrashing(false);
  const calm = await open();
  await calm.prepare(new AbortController().signal);
  expect(calm.gauge()).toMatchObject({ thrashing: false, limit: 6000 });
  expect(calm.memoryReport()).toMatch(/thrashing +no /);
});

it('is there before the first turn', async () => {
  const world = memoryWorld({ functions });
  const agent = await AgentProcess.open(world.parts, async () => reader([]));
  const text = agent.memoryReport();
  expect(text).toContain('no request yet');
  expect(text).toContain('the window is not known yet');
  expect(text).toContain('Page table: 0 resident pages');
});

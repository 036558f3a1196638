/** One call among others: its parts are found by their addresses, and it can be stopped alone. */
import { expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { eventsOf } from '../../support/engineChecks';
import { fakeFunction, pageInFunction } from '../../support/fakeFunctions';
import { memoryWorld } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

const PARTS = ['one\ntwo\nthree\n', 'four\nfive\n'];

async function chat(
  functions: Parameters<typeof fakeFunction>[1],
  calls: { name: string; arguments: object }[],
) {
  const world = memoryWorld({ functions: [fakeFunction('work', functions, false), pageInFunction] });
  const left = [...calls];
  const model = new ScriptedModel(() => {
    const call = left.shift();
    return call ? { calls: [call] } : { text: 'done' };
  });
  const agent = await AgentProcess.open(world.parts, async () => model);
  const results = () => eventsOf(world, 'function.result');
  const shown = async () =>
    Promise.all(results().map(async ({ result }) => (await world.parts.blobs.get(result)).split('\n')));
  return { agent, results, shown };
}

it('serves any slice of the parts that a result leaves out', async () => {
  const { agent, results, shown } = await chat(
    async (_, { storePart, address }) => {
      const parts = [];
      for (const part of PARTS) parts.push(await storePart(part));
      return { text: `head\n[${address}]\ntail`, parts };
    },
    [
      { name: 'work', arguments: {} },
      { name: 'page_in', arguments: { address: 'tool:s1/1.1', startLine: 2, endLine: 2 } },
      { name: 'page_in', arguments: { address: 'tool:s1/1.2' } },
      { name: 'page_in', arguments: { address: 'tool:s1/1.3' } },
      { name: 'page_in', arguments: { address: 'tool:s1/1.0' } },
    ],
  );
  expect(await agent.submit('go')).toBe('done');
  const [work, slice, second, ...none] = await shown();
  expect(work?.slice(1)).toEqual(['head', '[tool:s1/1]', 'tail']);
  expect(slice?.[1]).toBe('two');
  expect(second?.slice(1, 3)).toEqual(['four', 'five']);
  expect(results().map(({ isError }) => isError)).toEqual([false, false, false, true, true]);
  expect(none).toHaveLength(2);
  expect(await agent.stored('tool:s1/1.2')).toBe(PARTS[1]);
});

it('ends one call when the person stops it, and goes on', async () => {
  let begun = () => {};
  const begins = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const { agent, shown } = await chat(
    (_, { signal }) =>
      new Promise((resolve) => {
        begun();
        signal.addEventListener('abort', () => resolve({ text: 'stopped', isError: true }));
      }),
    [{ name: 'work', arguments: {} }],
  );
  const ended = agent.submit('go');
  await begins;
  agent.stopCall('call_9');
  agent.stopCall('call_1');
  expect(await ended).toBe('done');
  expect((await shown())[0]?.[1]).toBe('stopped');
  agent.stopCall('call_1');
});

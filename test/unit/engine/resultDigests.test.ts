import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../src/engine/AgentParts';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { type MemoryPolicy, memgptPolicy, virtualPolicy } from '../../../src/engine/memoryPolicies';
import { readFile } from '../../../src/tools/readFile';
import { eventsOf } from '../../support/engineChecks';
import { fakeFunction } from '../../support/fakeFunctions';
import { memoryWorld } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

const LONG = Array.from({ length: 1500 }, (_, n) => `line ${n + 1} of it`).join('\n');

/** @returns own tokens of each result, by the function's name */
async function resultTokens(policy: MemoryPolicy): Promise<Record<string, number>> {
  const functions = [
    readFile,
    fakeFunction('run_command', async () => ({ text: LONG })),
    fakeFunction('answer', async () => ({ text: LONG, entire: true })),
  ];
  const world = memoryWorld({ functions, settings: { ...DEFAULT_SETTINGS, policy } });
  world.files.set('long.ts', `${LONG}\n`);
  const calls = functions.map(({ schema: { name } }) => ({
    name,
    arguments: name === 'read_file' ? { path: 'long.ts' } : {},
  }));
  const left = [...calls];
  const model = new ScriptedModel(
    () => {
      const call = left.shift();
      return call ? { calls: [call] } : { text: 'done' };
    },
    { windowTokens: 131_072 },
  );
  const agent = await AgentProcess.open(world.parts, async () => model);
  expect(await agent.submit('go')).toBe('done');
  return Object.fromEntries(eventsOf(world, 'function.result').map(({ name, tokens }) => [name, tokens]));
}

it('of a long result that no look-up asked for, a digest is shown; what was asked for is shown whole', async () => {
  const ours = await resultTokens(virtualPolicy);
  const whole = await resultTokens({ ...virtualPolicy, result: Number.POSITIVE_INFINITY });
  expect(ours.run_command).toBeLessThan(virtualPolicy.result * 1.1);
  expect(whole.run_command).toBeGreaterThan(virtualPolicy.result * 2);
  for (const name of ['read_file', 'answer']) expect(ours[name]).toBe(whole[name]);
  expect(await resultTokens(memgptPolicy)).toEqual(whole);
});

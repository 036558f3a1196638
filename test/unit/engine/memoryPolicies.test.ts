import { expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { memgptPolicy } from '../../../src/engine/memoryPolicies';
import { eventsOf, numbered } from '../../support/engineChecks';
import { pinNoteFunction, readFileFunction } from '../../support/fakeFunctions';
import { memoryWorld } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

/** The provider counts less than we assume: a new head alone is taken to be over the window. */
const LEAN = { charsPerToken: 4.8 };

it('memgpt: a note is in the head of the next request, however full the window is, and the flush comes after it', async () => {
  const world = memoryWorld({
    functions: [readFileFunction, pinNoteFunction],
    settings: { policy: memgptPolicy, notesTokenLimit: 2000 },
  });
  const model = new ScriptedModel((_, step) => {
    if (step % 3 === 0) return { calls: [{ name: 'read_file', arguments: { path: `f${step}.ts` } }] };
    if (step % 3 === 1) return { calls: [{ name: 'pin_note', arguments: { text: `note of step ${step}` } }] };
    return { text: 'Done.' };
  }, LEAN);
  const agent = await AgentProcess.open(world.parts, async () => model);
  for (let turn = 0; turn < 60; turn++) {
    world.files.set(`f${turn * 3}.ts`, numbered(`f${turn * 3}`, 40 + ((turn * 37) % 60)));
    expect(await agent.submit('Go on.')).toBe('done');
    const { request } = model.requests.at(-1) ?? {};
    expect(request?.messages[0]?.content).toContain(`note of step ${turn * 3 + 1}`);
  }
  expect(model.requests.filter(({ rejected }) => rejected)).toEqual([]);
  const flushes = eventsOf(world, 'epoch.started').filter(({ reason }) => reason === 'highWatermark');
  expect(flushes.length).toBeGreaterThan(1);
  const full = eventsOf(world, 'epoch.started').filter(
    ({ reason, tokensAfter, budget }) => reason === 'notesChanged' && tokensAfter * 1.15 > budget,
  );
  expect(full.length).toBeGreaterThan(0);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { expectPaired, numbered } from '../../support/engineChecks';
import { pageInFunction, pinNoteFunction, readFileFunction } from '../../support/fakeFunctions';
import { type MemoryWorld, memoryWorld } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';
import { isSummaryRequest, ScriptedModel } from '../../support/scriptedModel';

const functions = [readFileFunction, pageInFunction, pinNoteFunction];

const source = (model: ScriptedModel) => async () => model;

function eventsOf<T extends Parameters<typeof String>[0] & string>(world: MemoryWorld, type: T) {
  return world.log.events.filter((event) => event.type === type);
}

describe('the window', () => {
  it('shrinks and retries once when the provider refuses the length, and logs it', async () => {
    const world = memoryWorld({ functions });
    for (let i = 0; i < 6; i++) world.files.set(`f${i}.ts`, numbered(`file${i}`, 50));
    // A provider whose tokenizer is far off and that reports no usage: only its refusal can teach us.
    const model = new ScriptedModel(
      (_, step) =>
        step < 6 ? { calls: [{ name: 'read_file', arguments: { path: `f${step}.ts` } }] } : { text: 'ok' },
      { windowTokens: 8192, charsPerToken: 1.9, reportsUsage: false },
    );
    const agent = await AgentProcess.open(world.parts, source(model));
    expect(await agent.submit('read')).toBe('done');
    expect(model.requests.some((r) => r.rejected)).toBe(true);
    expect(eventsOf(world, 'request.failed').length).toBeGreaterThan(0);
    expect(
      eventsOf(world, 'epoch.started').some(
        (e) => e.type === 'epoch.started' && e.reason === 'contextLength',
      ),
    ).toBe(true);
  });

  it('takes the window from a provider that refuses what the setting allowed, however far off that was', async () => {
    const world = memoryWorld({ functions });
    for (let i = 0; i < 40; i++) world.files.set(`f${i}.ts`, numbered(`file${i}`, 60));
    const model = new ScriptedModel(
      (_, step) =>
        step < 40 ? { calls: [{ name: 'read_file', arguments: { path: `f${step}.ts` } }] } : { text: 'ok' },
      { windowTokens: 12_000, claimedWindowTokens: 128_000 },
    );
    const agent = await AgentProcess.open(world.parts, source(model));
    expect(await agent.submit('read')).toBe('done');
    expect(model.requests.filter((r) => r.rejected)).toHaveLength(1);
    expect(agent.gauge()).toMatchObject({ window: 12_000, windowSource: 'endpoint' });
  });

  it('refuses a window that cannot hold the instructions, saying what to do', async () => {
    const world = memoryWorld({ functions });
    const agent = await AgentProcess.open(
      world.parts,
      source(new ScriptedModel(() => ({ text: 'ok' }), { windowTokens: 500 })),
    );
    expect(await agent.submit('hi')).toBe('error');
    expect(agent.transcript().find((e) => e.type === 'turnEnded')?.message).toContain('larger window');
  });

  it('never exceeds the window and rebuilds every request from log and blobs, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            user: fc.integer({ min: 1, max: 400 }),
            calls: fc.array(
              fc.oneof(
                fc.record({
                  kind: fc.constant('read'),
                  file: fc.integer({ min: 0, max: 7 }),
                  from: fc.integer({ min: 1, max: 200 }),
                }),
                fc.record({
                  kind: fc.constant('pin'),
                  file: fc.constant(0),
                  from: fc.integer({ min: 1, max: 60 }),
                }),
              ),
              { maxLength: 6 },
            ),
            edit: fc.boolean(),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        fc.integer({ min: 4096, max: 20_000 }),
        fc.double({ min: 3.5, max: 4.4, noNaN: true }),
        async (turns, windowTokens, charsPerToken) => {
          const world = memoryWorld({ functions });
          for (let i = 0; i < 8; i++) world.files.set(`f${i}.ts`, numbered(`file${i}`, 220));
          let turn = 0;
          let asked = false;
          const model = new ScriptedModel(
            () => {
              const plan = turns[turn]?.calls ?? [];
              if (asked || plan.length === 0) return { text: 'answer '.repeat(20) };
              asked = true;
              return {
                calls: plan.map((call) =>
                  call.kind === 'read'
                    ? { name: 'read_file', arguments: { path: `f${call.file}.ts`, startLine: call.from } }
                    : { name: 'pin_note', arguments: { text: 'note '.repeat(call.from) } },
                ),
              };
            },
            { windowTokens, charsPerToken },
          );
          const agent = await AgentProcess.open(world.parts, source(model));
          for (turn = 0; turn < turns.length; turn++) {
            asked = false;
            if (turns[turn]?.edit) world.files.set('f0.ts', numbered(`edited${turn}`, 220));
            expect(await agent.submit('word '.repeat(turns[turn]?.user ?? 1))).toBe('done');
          }
          expect(model.requests.filter((r) => r.rejected)).toEqual([]);
          const steps = model.requests.filter((r) => !isSummaryRequest(r.request)).map((r) => r.request);
          expect(await rebuildRequests(world)).toEqual(steps);
          for (const request of steps) expectPaired(request.messages);
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});

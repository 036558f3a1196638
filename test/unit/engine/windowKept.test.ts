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

  it.each([
    ['that names its window', { windowTokens: 12_000, claimedWindowTokens: 128_000 }],
    ['that only refuses', { windowTokens: 8192, charsPerToken: 1.9, reportsUsage: false }],
  ])('remembers what a provider taught it %s, also after a restart', async (_, options) => {
    const world = memoryWorld({ functions });
    for (let i = 0; i < 60; i++) world.files.set(`f${i}.ts`, numbered(`file${i}`, 60));
    let file = 0;
    const model = new ScriptedModel(
      () =>
        ++file % 30 > 0
          ? { calls: [{ name: 'read_file', arguments: { path: `f${file}.ts` } }] }
          : { text: 'ok' },
      options,
    );
    const agent = await AgentProcess.open(world.parts, source(model));
    expect(await agent.submit('read')).toBe('done');
    const refusals = model.requests.filter((r) => r.rejected).length;
    expect(refusals).toBeGreaterThan(0);
    expect(eventsOf(world, 'budget.corrected')).toHaveLength(refusals);
    await agent.dispose();
    const again = await AgentProcess.open(memoryWorld({ functions, after: world }).parts, source(model));
    await again.prepare(new AbortController().signal);
    expect(again.gauge()).toEqual(agent.gauge());
    expect(await again.submit('read on')).toBe('done');
    expect(model.requests.filter((r) => r.rejected)).toHaveLength(refusals);
  });

  it('asks anew when the model promises another window than the one it could not serve', async () => {
    const world = memoryWorld({ functions });
    const model = (claimedWindowTokens: number, windowTokens: number) =>
      source(new ScriptedModel(() => ({ text: 'ok' }), { windowTokens, claimedWindowTokens }));
    const agent = await AgentProcess.open(world.parts, model(128_000, 4000));
    for (let i = 0; i < 4; i++) await agent.submit('word '.repeat(900));
    expect(agent.gauge().window).toBe(4000);
    const again = await AgentProcess.open(
      memoryWorld({ functions, after: world }).parts,
      model(32_000, 32_000),
    );
    await again.prepare(new AbortController().signal);
    expect(again.gauge().window).toBe(32_000);
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

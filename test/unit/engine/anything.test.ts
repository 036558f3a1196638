/** Everything that can happen to a session, in any order, with one set of rules that must hold. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { ModelError } from '../../../src/engine/errors';
import type { ModelRequest } from '../../../src/engine/ports';
import { eventsOf, expectAllStored, expectPaired, numbered } from '../../support/engineChecks';
import { fakeFunction, pageInFunction, pinNoteFunction, readFileFunction } from '../../support/fakeFunctions';
import { type MemoryWorld, memoryWorld } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';
import { ScriptedModel, type ScriptedReply } from '../../support/scriptedModel';

const functions = [
  readFileFunction,
  pageInFunction,
  pinNoteFunction,
  fakeFunction('dump', async (args) => ({ text: '漢字 deadbeef '.repeat(Number(args.size)) })),
];

const call = fc.oneof(
  fc.record({
    name: fc.constant('read_file'),
    arguments: fc.record({
      path: fc.constantFrom('f0.ts', 'f1.ts', 'f2.ts', 'gone.ts', 'wide.ts'),
      startLine: fc.integer({ min: 1, max: 250 }),
    }),
  }),
  fc.record({ name: fc.constant('dump'), arguments: fc.record({ size: fc.integer({ min: 1, max: 3000 }) }) }),
  fc.record({
    name: fc.constant('pin_note'),
    arguments: fc.record({ text: fc.string({ minLength: 1, maxLength: 300 }) }),
  }),
  fc.record({
    name: fc.constant('page_in'),
    arguments: fc.record({ address: fc.constantFrom('msg:s1/3', 'msg:s1/2..9', 'tool:s1/1', 'evicted') }),
  }),
  fc.constant({ name: 'read_file', arguments: '{broken' }),
);

const act = fc.record({
  says: fc.integer({ min: 1, max: 6000 }),
  steps: fc.array(fc.array(call, { minLength: 1, maxLength: 12 }), { maxLength: 4 }),
  meanwhile: fc.constantFrom(
    'nothing',
    'nothing',
    'nothing',
    'edits',
    'pins',
    'stops',
    'fails',
    'crashes',
    'fullDisk',
    'switches',
    'compacts',
    'resets',
    'compactsAfterwards',
    'resetsAfterwards',
  ),
  summary: fc.constantFrom('short', 'long', 'fails', 'empty', 'pins'),
});

const models = [
  { windowTokens: 6000, charsPerToken: 3.9, id: 'small' },
  { windowTokens: 24_000, charsPerToken: 3.6, id: 'large' },
];

function evictedAddress(request: ModelRequest): string {
  return /^- (\S+) \(\d+ tokens/m.exec(request.messages[1]?.content ?? '')?.[1] ?? 'msg:s1/1';
}

function expectPrefixes(world: MemoryWorld, steps: readonly ModelRequest[]): void {
  let step = 0;
  let before: ModelRequest | undefined;
  for (const event of world.log.events) {
    if (event.type === 'epoch.started') before = undefined;
    if (event.type !== 'request.sent' || event.purpose !== 'step') continue;
    const request = steps[step++];
    if (before) {
      expect(request?.functions).toEqual(before.functions);
      expect(request?.messages.slice(0, before.messages.length)).toEqual(before.messages);
    }
    before = request;
  }
}

it('keeps window, pairing, prefix and record, and tells the model every change of the notes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 14 }), async (acts) => {
      const world = memoryWorld({ functions, settings: { notesTokenLimit: 600 } });
      for (let i = 0; i < 3; i++) world.files.set(`f${i}.ts`, numbered(`file${i}`, 250));
      world.files.set('wide.ts', `${'w'.repeat(20_000)}\r\n${'漢'.repeat(3000)}`);
      let plan = acts[0] as (typeof acts)[number];
      let step = 0;
      let which = 0;
      let agent: AgentProcess;
      const everyModel: ScriptedModel[] = [];
      const meanwhile = async () => {
        if (step !== 1) return;
        if (plan.meanwhile === 'edits')
          world.files.set('f0.ts', numbered(`edited${world.log.events.length}`, 240));
        if (plan.meanwhile === 'pins')
          await agent.notes.pin(`by hand ${world.log.events.length}`).catch(() => undefined);
        if (plan.meanwhile === 'stops') agent.stop();
        if (plan.meanwhile === 'compacts') void change('compact');
        if (plan.meanwhile === 'resets') void change('reset');
        if (plan.meanwhile === 'switches') which = 1 - which;
        if (plan.meanwhile === 'fullDisk') world.log.full = true;
      };
      const change = (kind: 'compact' | 'reset') =>
        agent.changeWindow({ kind, instructions: 'keep it' }, new AbortController().signal);
      const make = (index: number) => {
        const model = new ScriptedModel(
          (request): ScriptedReply => {
            const calls = plan.steps[step++];
            void meanwhile();
            if (plan.meanwhile === 'fails' && step === 2)
              return { text: 'half', error: new ModelError('network', 'Broke.', 'Again.') };
            if (!calls) return { text: 'an answer '.repeat(30) };
            return {
              text: step === 2 ? 'let me see' : '',
              calls: calls.map((made) =>
                typeof made.arguments === 'object' &&
                'address' in made.arguments &&
                made.arguments.address === 'evicted'
                  ? { ...made, arguments: { address: evictedAddress(request) } }
                  : made,
              ),
            };
          },
          {
            ...models[index],
            summary: async () => {
              if (plan.summary === 'fails') return { error: new ModelError('rateLimit', 'Busy.', 'Wait.') };
              if (plan.summary === 'pins') await agent.notes.pin('while summarising').catch(() => undefined);
              return {
                text: { short: 'short', long: 'long and '.repeat(3000), empty: '', pins: 'pinned' }[
                  plan.summary
                ],
              };
            },
          },
        );
        everyModel.push(model);
        return model;
      };
      let current = [make(0), make(1)];
      const open = async () =>
        AgentProcess.open(
          memoryWorld({ functions, settings: { notesTokenLimit: 600 }, after: world }).parts,
          async () => current[which] as ScriptedModel,
        );
      agent = await open();
      for (plan of acts) {
        step = 0;
        const end = await agent.submit('word '.repeat(plan.says / 5 + 1));
        world.log.full = false;
        const expected = {
          stops: ['cancelled', 'done'],
          fails: ['error', 'done'],
          fullDisk: ['error', 'done'],
        };
        expect((expected as Record<string, string[]>)[plan.meanwhile] ?? ['done']).toContain(end);
        if (plan.meanwhile === 'compactsAfterwards') await change('compact');
        if (plan.meanwhile === 'resetsAfterwards') await change('reset');
        if (plan.meanwhile !== 'crashes') continue;
        current = [make(0), make(1)];
        agent = await open();
      }
      step = 99;
      expect(await agent.submit('and now')).toBe('done');

      expect(everyModel.flatMap(({ requests }) => requests.filter(({ rejected }) => rejected))).toEqual([]);
      const steps = await rebuildRequests(world);
      for (const request of steps) expectPaired(request.messages);
      expectPrefixes(world, steps);
      // Head and deltas together say what is pinned now.
      const known = JSON.stringify(steps.at(-1)?.messages);
      for (const note of agent.notes.list().filter(({ by }) => by === 'person'))
        expect(known).toContain(note.text);
      await expectAllStored(world, (address) => agent.stored(address));
      const spoken = eventsOf(world, 'message.user').length;
      expect(agent.transcript().filter(({ type }) => type === 'userMessage')).toHaveLength(spoken);
    }),
    { numRuns: 120 },
  );
}, 60_000);

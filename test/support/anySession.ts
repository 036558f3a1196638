/** Everything that can happen to a session, in any order: random sessions for tests and benchmarks of the engine. */
import fc from 'fast-check';
import { AgentProcess } from '../../src/engine/AgentProcess';
import { ModelError } from '../../src/engine/errors';
import type { TurnEnd } from '../../src/engine/events';
import { type MemoryPolicy, virtualPolicy } from '../../src/engine/memoryPolicies';
import type { ModelRequest } from '../../src/engine/ports';
import { updatePlan } from '../../src/tools/updatePlan';
import { numbered } from './engineChecks';
import { fakeFunction, pageInFunction, pinNoteFunction, readFileFunction } from './fakeFunctions';
import { type MemoryWorld, memoryWorld } from './memoryPorts';
import { ScriptedModel, type ScriptedReply } from './scriptedModel';

const functions = [
  readFileFunction,
  pageInFunction,
  pinNoteFunction,
  updatePlan,
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
  fc.record({
    name: fc.constant('update_plan'),
    arguments: fc.record({
      items: fc.array(
        fc.record({
          text: fc.constantFrom('look', 'change', 'test'),
          state: fc.constantFrom('open', 'active', 'done'),
        }),
        { maxLength: 4 },
      ),
    }),
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
    'plans',
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

export const anyActs = fc.array(act, { minLength: 1, maxLength: 14 });

type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** How a turn may end, where something happens meanwhile that ends turns. */
const ENDS: Readonly<Record<string, readonly TurnEnd[]>> = {
  stops: ['cancelled', 'done'],
  fails: ['error', 'done'],
  fullDisk: ['error', 'done'],
};

export interface AnySession {
  readonly world: MemoryWorld;
  readonly agent: AgentProcess;
  readonly sent: ScriptedModel['requests'];
  /** Turns that ended as nothing that happened explains: how, and how they might have. */
  readonly unexpected: readonly (readonly TurnEnd[])[];
}

export async function anySession(
  acts: readonly Act[],
  policy: MemoryPolicy = virtualPolicy,
): Promise<AnySession> {
  const settings = { notesTokenLimit: 600, policy };
  const world = memoryWorld({ functions, settings });
  const ends: TurnEnd[][] = [];
  for (let i = 0; i < 3; i++) world.files.set(`f${i}.ts`, numbered(`file${i}`, 250));
  world.files.set('wide.ts', `${'w'.repeat(20_000)}\r\n${'漢'.repeat(3000)}`);
  let plan = acts[0] as Act;
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
    if (plan.meanwhile === 'plans')
      await agent.plan
        .update([{ text: `by hand ${world.log.events.length}`, state: 'open' }])
        .catch(() => undefined);
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
            text: { short: 'short', long: 'long and '.repeat(3000), empty: '', pins: 'pinned' }[plan.summary],
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
      memoryWorld({ functions, settings, after: world }).parts,
      async () => current[which] as ScriptedModel,
    );
  agent = await open();
  for (plan of acts) {
    step = 0;
    const end = await agent.submit('word '.repeat(plan.says / 5 + 1));
    world.log.full = false;
    ends.push([end, ...(ENDS[plan.meanwhile] ?? ['done'])]);
    if (plan.meanwhile === 'compactsAfterwards') await change('compact');
    if (plan.meanwhile === 'resetsAfterwards') await change('reset');
    if (plan.meanwhile !== 'crashes') continue;
    current = [make(0), make(1)];
    agent = await open();
  }
  step = 99;
  ends.push([await agent.submit('and now'), 'done']);
  return {
    world,
    agent,
    sent: everyModel.flatMap(({ requests }) => requests),
    unexpected: ends.filter(([end, ...allowed]) => !allowed.includes(end as TurnEnd)),
  };
}

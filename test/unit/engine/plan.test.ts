import { beforeEach, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import type { PlanItem } from '../../../src/engine/events';
import { memgptPolicy } from '../../../src/engine/memoryPolicies';
import type { ModelRequest } from '../../../src/engine/ports';
import { digestSession } from '../../../src/engine/sessionDigest';
import { readFile } from '../../../src/tools/readFile';
import { updatePlan } from '../../../src/tools/updatePlan';
import { eventsOf, numbered } from '../../support/engineChecks';
import { fakeFunction } from '../../support/fakeFunctions';
import { type MemoryWorld, memoryWorld, type WorldOptions } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';
import { ScriptedModel, type ScriptedReply } from '../../support/scriptedModel';

const PLAN: readonly PlanItem[] = [
  { text: 'look', state: 'done' },
  { text: 'change', state: 'active' },
  { text: 'test', state: 'open' },
];
const SHOWN = '[x] look\n[>] change\n[ ] test';

let world: MemoryWorld;
let model: ScriptedModel;
let agent: AgentProcess;
let replies: ScriptedReply[];

beforeEach(() => {
  replies = [];
});

async function open(options: WorldOptions = {}): Promise<void> {
  world = memoryWorld({ functions: [updatePlan, readFile], ...options });
  model = new ScriptedModel(() => replies.shift() ?? { text: 'ok' }, { windowTokens: 12_000 });
  agent = await AgentProcess.open(world.parts, async () => model);
}

/** What the model was sent last, after it made these calls, one a step. */
async function ask(...calls: NonNullable<ScriptedReply['calls']>): Promise<ModelRequest> {
  replies = calls.map((call) => ({ calls: [call] }));
  expect(await agent.submit('go')).toBe('done');
  return model.requests.at(-1)?.request as ModelRequest;
}

const update = (items: readonly PlanItem[]) => ({ name: 'update_plan', arguments: { items: [...items] } });
const head = (request: ModelRequest) => request.messages[0]?.content ?? '';
const last = (request: ModelRequest) => request.messages.at(-1)?.content ?? '';
const told = (request: ModelRequest) =>
  request.messages.filter(({ content }) => content.startsWith('<interrupt kind="planChanged">'));
const shown = () => agent.transcript().findLast((event) => event.type === 'plan');

it('is what the model says, until it says otherwise, and is shown to the person', async () => {
  await open();
  const shownLive: number[] = [];
  agent.output.subscribe((event) => {
    if (event.type === 'plan') shownLive.push(event.items.length);
  });
  expect(last(await ask(update(PLAN)))).toContain('Plan: 1 of 3 done.');
  expect(shown()?.items).toEqual(PLAN);
  expect(last(await ask(update([])))).toContain('The plan is removed.');
  expect(shown()?.items).toEqual([]);
  expect(shownLive).toEqual([3, 0]);
});

it('stays in view when the messages that made it leave: in the head, within the limit of the notes', async () => {
  await open();
  await ask(update(PLAN));
  world.files.set('big.ts', numbered('big', 3000));
  let request: ModelRequest | undefined;
  for (let turn = 0; eventsOf(world, 'epoch.started').length < 3; turn++)
    request = await ask({ name: 'read_file', arguments: { path: 'big.ts', startLine: turn * 100 + 1 } });
  expect(head(request as ModelRequest)).toContain(
    `[plan] (kept with update_plan)\n${SHOWN}\n</working_context>`,
  );
  const { used, limit } = agent.notes.usage();
  expect(used).toBeGreaterThan(0);
  const long = Array.from({ length: 40 }, (_, i) => ({
    text: `${i} ${'word '.repeat(30)}`,
    state: 'open' as const,
  }));
  expect(last(await ask(update(long)))).toContain(`of ${limit} are free`);
  expect(shown()?.items).toEqual(PLAN);
  // What takes no more room than before is always allowed.
  await agent.plan.update(PLAN.slice(1));
  await rebuildRequests(world);
});

it('tells what the person made of it at the tail, once, and folds it into the next head', async () => {
  await open();
  const first = await ask(update(PLAN));
  const revision = shown()?.revision ?? 0;
  const mine: PlanItem[] = [
    { text: ' write\n docs ', state: 'open' },
    ...PLAN.slice(1),
    { text: ' ', state: 'open' },
  ];
  await agent.plan.update(mine, revision);
  expect(shown()?.items[0]?.text).toBe('write docs');
  expect(shown()?.items).toHaveLength(3);
  const second = await ask();
  expect(head(second)).toBe(head(first));
  expect(told(second).map(({ content }) => content)).toEqual([
    expect.stringContaining(
      'The person has changed the plan: the plan is now:\n[ ] write docs\n[>] change\n[ ] test',
    ),
  ]);
  expect(second.messages.some(({ content }) => content.includes('pinned notes were changed'))).toBe(false);
  expect(told(await ask())).toHaveLength(1);
  // Made from another plan than there is now.
  await expect(agent.plan.update([], revision)).rejects.toThrow('The plan has changed meanwhile');
  await agent.changeWindow({ kind: 'reset', instructions: '' }, new AbortController().signal);
  const third = await ask();
  expect(told(third)).toEqual([]);
  expect(head(third)).toContain('[ ] write docs');
  await rebuildRequests(world);
});

it('refuses a plan of the model that does not know what the person has just changed', async () => {
  const meanwhile = fakeFunction(
    'meanwhile',
    async () => {
      await agent.plan.update([...PLAN, { text: 'mine', state: 'open' }]);
      return { text: '' };
    },
    false,
  );
  await open({ functions: [updatePlan, meanwhile] });
  await ask(update(PLAN));
  // In one step: the model has not been told.
  replies = [{ calls: [{ name: 'meanwhile', arguments: {} }, update([{ text: 'theirs', state: 'open' }])] }];
  await agent.submit('go');
  expect(eventsOf(world, 'function.result').at(-1)?.isError).toBe(true);
  expect(shown()?.items.at(-1)?.text).toBe('mine');
  replies = [{ calls: [update([{ text: 'both', state: 'open' }])] }];
  await agent.submit('go on');
  expect(shown()?.items).toEqual([{ text: 'both', state: 'open' }]);
});

it('survives a restart, and goes along with a fork', async () => {
  await open();
  await ask(update(PLAN));
  const { log } = world;
  const through = log.events.length;
  await open({ after: world });
  expect(shown()?.items).toEqual(PLAN);
  const forked = await world.parts.forkLog('s2', { from: 's1', through, kind: 'session' });
  const fork = await AgentProcess.open({ ...world.parts, log: forked }, async () => model);
  await fork.plan.update([]);
  expect(fork.transcript().findLast((event) => event.type === 'plan')?.items).toEqual([]);
  expect(shown()?.items).toEqual(PLAN);
});

it('makes a new head with the policy that edits notes in place', async () => {
  await open({ settings: { policy: memgptPolicy } });
  await ask(update(PLAN));
  await agent.plan.update(PLAN.slice(2));
  const request = await ask();
  expect(head(request)).toContain('update_plan)\n[ ] test\n');
  expect(told(request)).toEqual([]);
});

it('gives an opener what is still open, and what is done', async () => {
  await open();
  await ask(update(PLAN));
  const { statements, done } = await digestSession('s1', world.log.read());
  expect(statements.filter(({ kind }) => kind === 'open').map(({ text }) => text)).toEqual([
    'change',
    'test',
  ]);
  expect(done.map(({ text }) => text)).toEqual(['look']);
});

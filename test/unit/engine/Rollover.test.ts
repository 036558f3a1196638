import { describe, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import type { SessionEvent } from '../../../src/engine/events';
import { memgptPolicy, virtualPolicy } from '../../../src/engine/memoryPolicies';
import type { ModelRequest } from '../../../src/engine/ports';
import { createReplacementPolicy } from '../../../src/engine/replacement/createReplacementPolicy';
import type { ReplacementPolicyName } from '../../../src/engine/replacement/ReplacementPolicy';
import { SessionState } from '../../../src/engine/SessionState';
import { eventsOf, expectPaired, numbered } from '../../support/engineChecks';
import { fakeFunction, pageInFunction, pinNoteFunction, readFileFunction } from '../../support/fakeFunctions';
import { type MemoryWorld, memoryWorld, roughCounter } from '../../support/memoryPorts';
import { rebuildAllRequests, rebuildRequests } from '../../support/rebuildRequests';
import { isSummaryRequest, ScriptedModel, type ScriptedReply } from '../../support/scriptedModel';

const functions = [readFileFunction, pageInFunction, pinNoteFunction];
const read = (path: string, startLine?: number, endLine?: number) => ({
  name: 'read_file',
  arguments: { path, ...(startLine ? { startLine, endLine } : {}) },
});

/** A model that follows a list of replies, one a step. */
function following(replies: readonly ScriptedReply[], windowTokens = 8192): ScriptedModel {
  return new ScriptedModel((_, step) => replies[step] ?? { text: 'done' }, { windowTokens });
}

function worldOf(files: number, policy = virtualPolicy): MemoryWorld {
  const world = memoryWorld({ functions, settings: { policy } });
  for (let i = 0; i < files; i++) world.files.set(`src/f${i}.ts`, numbered(`file${i}`, 50));
  return world;
}

async function run(world: MemoryWorld, model: ScriptedModel): Promise<AgentProcess> {
  const agent = await AgentProcess.open(world.parts, async () => model);
  expect(await agent.submit('look at the files')).toBe('done');
  expect(model.requests.filter(({ rejected }) => rejected)).toEqual([]);
  for (const { request } of model.requests) expectPaired(request.messages);
  await rebuildRequests(world);
  return agent;
}

/** Numbered lines that a request shows, `file line`, whatever message shows them. */
function linesShown(request: ModelRequest): string[] {
  return request.messages.flatMap(({ content }) => content.match(/file\d+ line \d+ /g) ?? []);
}

const rollovers = (world: MemoryWorld) =>
  eventsOf(world, 'epoch.started').filter((event) => event.evicted.length > 0);

describe('the working set', () => {
  it('stays in the head while what was read once leaves', async () => {
    const world = worldOf(20);
    const replies: ScriptedReply[] = [{ calls: [read('src/f0.ts')] }];
    for (let i = 1; i < 20; i++)
      replies.push({ text: 'As src/f0.ts says, more is needed.', calls: [read(`src/f${i}.ts`)] });
    const model = following(replies);
    await run(world, model);
    expect(rollovers(world).length).toBeGreaterThan(1);
    for (const epoch of rollovers(world)) {
      expect(epoch.carried?.some((page) => page.file?.path === 'src/f0.ts')).toBe(true);
      expect(epoch.evicted.some((page) => page.label.startsWith('src/f0.ts'))).toBe(false);
    }
    for (const { request } of model.requests.slice(2).filter(({ request }) => !isSummaryRequest(request)))
      expect(linesShown(request)).toContain('file0 line 7 ');
  });

  it('has no line twice: overlapping reads serve what is missing, and ranges merge', async () => {
    const world = worldOf(12);
    const replies: ScriptedReply[] = [];
    for (let i = 0; i < 12; i++) {
      replies.push({ text: 'src/f0.ts again', calls: [read('src/f0.ts', 1 + i * 3, 12 + i * 3)] });
      replies.push({ text: 'on', calls: [read(`src/f${i}.ts`)] });
    }
    const model = following(replies);
    await run(world, model);
    const merged = rollovers(world)
      .flatMap((epoch) => epoch.carried ?? [])
      .filter((page) => page.from.length > 1);
    expect(merged.length).toBeGreaterThan(0);
    // A request for a summary quotes where the part that leaves ends.
    for (const { request } of model.requests.filter((sent) => !isSummaryRequest(sent.request))) {
      const lines = linesShown(request);
      expect(lines.length).toBe(new Set(lines).size);
    }
  });

  it('gives merged pages back by their old addresses, and knows that they are resident', async () => {
    const world = worldOf(12);
    const replies: ScriptedReply[] = [];
    for (let i = 0; i < 12; i++)
      replies.push({
        text: 'src/f0.ts again',
        calls: [read('src/f0.ts', 1 + i * 4, 4 + i * 4), read(`src/f${i + 1}.ts`)],
      });
    const model = following(replies);
    const agent = await run(world, model);
    const page = rollovers(world)
      .flatMap((epoch) => epoch.carried ?? [])
      .find(({ from }) => from.length > 1);
    const [old = ''] = page?.from ?? [];
    expect(await agent.stored(old)).toContain('file0 line ');
    expect(await agent.stored(page?.address ?? '')).toContain(await agent.stored(old));
  });

  it('shows a page that went stale as its file is now, never as it was', async () => {
    const world = worldOf(12);
    const replies: ScriptedReply[] = [{ calls: [read('src/f0.ts')] }];
    for (let i = 1; i < 12; i++) replies.push({ text: 'src/f0.ts', calls: [read(`src/f${i}.ts`)] });
    const model = new ScriptedModel(
      (_, step) => {
        if (step === 3) world.files.set('src/f0.ts', numbered('changed', 50));
        return replies[step] ?? { text: 'done' };
      },
      { windowTokens: 8192 },
    );
    await run(world, model);
    const [first] = rollovers(world);
    const page = first?.carried?.find(({ file }) => file?.path === 'src/f0.ts');
    expect(page?.file?.version).toBe('2');
    expect(await world.blobs.get(page?.file?.source ?? '')).toBe(numbered('changed', 50));
    const { request } = model.requests.at(-1) ?? {};
    expect(request && linesShown(request)).not.toContain('file0 line 7 ');
  });

  it.each(['fifo', 'lru', 'clock', 'lru-2', 'adaptive'] as const)(
    'leaves in the order of the %s policy: the very order that a policy alone gives, driven by the same events',
    async (replacement: ReplacementPolicyName) => {
      // Watermarks with room for pages in so small a window.
      const world = worldOf(16, { ...virtualPolicy, replacement, high: 0.9, low: 0.5 });
      const order = [0, 1, 2, 0, 3, 4, 0, 5, 1, 6, 7, 0, 8, 9, 1, 10, 11, 0, 12, 13, 2, 14, 15, 0, 1];
      const model = following(
        order.map((i) => ({ text: `src/f${i}.ts next`, calls: [read(`src/f${i}.ts`)] })),
      );
      await run(world, model);
      const alone = createReplacementPolicy(replacement);
      const state = new SessionState('s1', world.blobs, roughCounter, () => 500, alone);
      let checked = 0;
      for await (const event of world.log.read()) {
        if (event.type === 'epoch.started' && event.carried)
          checked += checkOrder(event, state, alone.victims());
        await state.apply(event);
      }
      expect(checked).toBeGreaterThan(1);
    },
  );
});

/** Whoever of the files was evicted comes before every file that was carried. */
function checkOrder(
  epoch: Extract<SessionEvent, { type: 'epoch.started' }>,
  state: SessionState,
  victims: readonly string[],
): number {
  const rank = (path: string) => victims.indexOf(`file:${path}`);
  const evicted = epoch.evicted.filter(
    (page) => page.kind === 'file' && !state.pages.get(page.address)?.stale,
  );
  const left = evicted.map((page) => rank(page.label.replace(/:.*/, '')));
  const stayed = (epoch.carried ?? []).flatMap((page) => (page.file ? [rank(page.file.path)] : []));
  expect([...left, ...stayed].every((at) => at >= 0)).toBe(true);
  if (left.length === 0 || stayed.length === 0) return 0;
  expect(Math.max(...left)).toBeLessThan(Math.min(...stayed));
  return 1;
}

describe('the summary', () => {
  it("is asked for at the end of the chat's own prefix, with the same functions", async () => {
    const world = worldOf(14);
    const model = following(Array.from({ length: 14 }, (_, i) => ({ calls: [read(`src/f${i}.ts`)] })));
    await run(world, model);
    const all = await rebuildAllRequests(world);
    const at = all.findIndex(isSummaryRequest);
    const [before, summary] = [all[at - 1] as ModelRequest, all[at] as ModelRequest];
    expect(summary.functions).toEqual(before.functions);
    expect(summary.messages.slice(0, before.messages.length)).toEqual(before.messages);
  });

  it('is asked for in pieces where the window does not hold the chat and the instruction', async () => {
    const world = worldOf(4);
    for (let i = 0; i < 4; i++) world.files.set(`src/f${i}.ts`, numbered(`file${i}`, 400));
    const model = following(
      [{ calls: [0, 1, 2, 3].map((i) => read(`src/f${i}.ts`)) }, { calls: [read('src/f0.ts', 200, 390)] }],
      5000,
    );
    await run(world, model);
    for (const { request, rejected } of model.requests.filter((sent) => isSummaryRequest(sent.request)))
      expect({ rejected, of: request.messages.length }).toMatchObject({ rejected: false });
  });
});

it('keeps what the turn has just found, also where head and pins take most of a small window', async () => {
  const find = fakeFunction('find', async ({ n }) => ({ text: `result ${n} `.repeat(30) }));
  const world = memoryWorld({ functions: [find], settings: { notesTokenLimit: 2000 } });
  const calls = Array.from({ length: 40 }, (_, n) => ({ calls: [{ name: 'find', arguments: { n } }] }));
  const model = following(calls, 6400);
  const agent = await AgentProcess.open(world.parts, async () => model);
  await agent.notes.pin('pinned '.repeat(900));
  await agent.submit('find them');
  expect(rollovers(world).length).toBeGreaterThan(1);
  for (const { headTokens, tokensAfter, carried = [] } of rollovers(world)) {
    const results = await Promise.all(carried.map(({ blob }) => world.blobs.get(blob)));
    expect(results.length).toBeGreaterThanOrEqual(3);
    expect(tokensAfter).toBeLessThan((headTokens.system + headTokens.notes) * 2);
  }
});

describe('the write-back barrier', () => {
  it('lets a message go whose instructions the notes have room for by now', async () => {
    const settings = { notesTokenLimit: 5 };
    const world = memoryWorld({ functions, settings });
    for (let i = 0; i < 60; i++) world.files.set(`src/f${i}.ts`, numbered(`file${i}`, 50));
    let step = 0;
    const model = new ScriptedModel(
      () => {
        step++;
        return step > 1 && step % 30 > 0
          ? { calls: [read(`src/f${step % 60}.ts`)] }
          : { text: 'Understood.' };
      },
      { windowTokens: 8192 },
    );
    const agent = await AgentProcess.open(world.parts, async () => model);
    const instruction = 'From now on, always use tabs for indentation.';
    const inQueue = () =>
      model.requests.at(-1)?.request.messages.some(({ content }) => content === instruction);
    await agent.submit(instruction);
    await agent.submit('now read');
    expect(rollovers(world).length).toBeGreaterThan(1);
    expect([inQueue(), eventsOf(world, 'note.pinned').length]).toEqual([true, 0]);
    settings.notesTokenLimit = 2000;
    await agent.submit('read on');
    expect([inQueue(), eventsOf(world, 'note.pinned').map(({ note }) => note.text)]).toEqual([
      false,
      [instruction],
    ]);
  });

  it("keeps the person's standing instructions as notes, and decisions in the archive, before they leave", async () => {
    const world = worldOf(16);
    const replies: ScriptedReply[] = [{ text: 'Decision: the parser stays hand-written.' }];
    for (let i = 0; i < 16; i++) replies.push({ calls: [read(`src/f${i}.ts`)] });
    const model = following(replies);
    const agent = await AgentProcess.open(world.parts, async () => model);
    expect(await agent.submit('From now on, always use tabs for indentation.')).toBe('done');
    expect(await agent.submit('now read')).toBe('done');
    const [note] = eventsOf(world, 'note.pinned');
    expect(note?.note).toMatchObject({ by: 'person', text: 'From now on, always use tabs for indentation.' });
    const [archived] = eventsOf(world, 'archival.inserted');
    expect(archived?.text).toContain('the parser stays hand-written');
    const left = rollovers(world).find((epoch) =>
      epoch.evicted.some(({ address }) => address === archived?.source),
    );
    expect(archived?.seq).toBeLessThan(left?.seq ?? 0);
    expect(note?.seq).toBeLessThan(left?.seq ?? 0);
    expect(JSON.stringify(model.requests.at(-1)?.request.messages[0])).toContain('always use tabs');
    expect(eventsOf(world, 'note.pinned')).toHaveLength(1);
  });

  it('keeps the message itself in the queue when the notes have no room for it', async () => {
    const world = memoryWorld({ functions, settings: { notesTokenLimit: 5 } });
    for (let i = 0; i < 24; i++) world.files.set(`src/f${i}.ts`, numbered(`file${i}`, 50));
    const replies: ScriptedReply[] = [{ text: 'Understood.' }];
    for (let i = 0; i < 24; i++) replies.push({ calls: [read(`src/f${i}.ts`)] });
    const model = following(replies);
    const agent = await AgentProcess.open(world.parts, async () => model);
    await agent.submit('From now on, always use tabs for indentation.');
    await agent.submit('now read');
    expect(rollovers(world).length).toBeGreaterThan(1);
    const last = model.requests.at(-1)?.request.messages ?? [];
    const instruction = 'From now on, always use tabs for indentation.';
    expect(last.some(({ content }) => content === instruction)).toBe(true);
    // Also over a reboot.
    await agent.changeWindow({ kind: 'reset', instructions: '' }, new AbortController().signal);
    await agent.submit('go on');
    const after = model.requests.at(-1)?.request.messages ?? [];
    expect(after.some(({ content }) => content === instruction)).toBe(true);
    expect(after.some(({ content }) => content === 'now read')).toBe(false);
  });
});

describe('the write-back barrier', () => {
  it('also holds for messages that leave only because others had to stay', async () => {
    const world = memoryWorld({ functions, settings: { notesTokenLimit: 5, policy: memgptPolicy } });
    const model = following(Array(30).fill({ text: 'An answer of some length. '.repeat(40) }));
    const agent = await AgentProcess.open(world.parts, async () => model);
    const said: string[] = [];
    for (let i = 0; rollovers(world).length === 0; i++) {
      said.push(
        `From now on, always begin step ${i} with a word of your own. ${'So it is. '.repeat(60)}`.trim(),
      );
      expect(await agent.submit(said.at(-1) ?? '')).toBe('done');
    }
    const shown = model.requests.at(-1)?.request.messages.map(({ content }) => content);
    for (const text of said) expect(shown).toContain(text);
  });
});

describe("the paper's policy", () => {
  it('flushes at the limit, evicts half of the queue, and asks for the summary by itself', async () => {
    const world = worldOf(16, memgptPolicy);
    const model = following(Array.from({ length: 16 }, (_, i) => ({ calls: [read(`src/f${i}.ts`)] })));
    await run(world, model);
    const [first] = rollovers(world);
    expect(first?.carried).toBeUndefined();
    const before = world.log.events.find((event) => event.seq === (first?.seq ?? 0) - 1);
    expect(before?.resident ?? 0).toBeGreaterThan((before?.budget ?? 0) * 0.9);
    const tokens = first?.evicted.reduce((sum, page) => sum + page.tokens, 0) ?? 0;
    const queue = (first?.tokensBefore ?? 0) - (first?.headTokens.system ?? 0);
    expect(tokens / queue).toBeGreaterThan(0.4);
    expect(tokens / queue).toBeLessThan(0.65);
    expect(
      model.requests
        .filter(({ request }) => isSummaryRequest(request))
        .every(({ request }) => request.functions.length === 0),
    ).toBe(true);
  });

  it('rewrites the head when a note changes, where ours tells it at the tail', async () => {
    const sent = async (policy: typeof memgptPolicy) => {
      const world = worldOf(1, policy);
      const model = following([
        { calls: [read('src/f0.ts')] },
        { calls: [{ name: 'pin_note', arguments: { text: 'PINNED' } }] },
      ]);
      await run(world, model);
      return { world, head: JSON.stringify(model.requests.at(-1)?.request.messages[0]) };
    };
    const paper = await sent(memgptPolicy);
    expect(paper.head).toContain('PINNED');
    expect(eventsOf(paper.world, 'epoch.started').map(({ reason }) => reason)).toEqual([
      'start',
      'notesChanged',
    ]);
    const ours = await sent(virtualPolicy);
    expect(ours.head).not.toContain('PINNED');
    expect(eventsOf(ours.world, 'epoch.started')).toHaveLength(1);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { UnknownAddressError } from '../../../src/engine/errors';
import type { NewSessionEvent, SessionEvent, SessionEventBody } from '../../../src/engine/events';
import { forkPoint, rewindPoint } from '../../../src/engine/forkPoint';
import { expectPaired, numbered, toolTexts } from '../../support/engineChecks';
import { pageInFunction, pinNoteFunction, readFileFunction } from '../../support/fakeFunctions';
import { type MemoryWorld, memoryWorld } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';
import { type Script, ScriptedModel } from '../../support/scriptedModel';

const functions = [readFileFunction, pageInFunction, pinNoteFunction];

/** Reads ten lines for every question, and answers with what was asked. */
const reader: Script = (request) => {
  const last = request.messages.at(-1);
  if (last?.role === 'tool') {
    const asked = request.messages.findLast(
      (message) => message.role === 'user' && !message.content.startsWith('<interrupt'),
    );
    return { text: `answer to ${asked?.content}` };
  }
  const startLine = 1 + ((request.messages.length * 10) % 300);
  return { calls: [{ name: 'read_file', arguments: { path: 'a.ts', startLine, endLine: startLine + 9 } }] };
};

async function open(world: MemoryWorld, model: ScriptedModel, log = world.parts.log): Promise<AgentProcess> {
  return AgentProcess.open({ ...world.parts, log }, async () => model);
}

/** Forks as the surfaces do. */
async function fork(
  world: MemoryWorld,
  agent: AgentProcess,
  model: ScriptedModel,
  id: string,
  point: { from: string; through: number },
) {
  await agent.halt();
  const log = await world.parts.forkLog(id, { from: point.from, through: point.through, kind: 'session' });
  return { log, agent: await open(world, model, log) };
}

const seqOf = (agent: AgentProcess, text: string): number =>
  agent
    .transcript()
    .flatMap((event) =>
      (event.type === 'userMessage' || event.type === 'assistantMessage') && event.text === text
        ? [event.seq]
        : [],
    )[0] ?? 0;

const texts = (agent: AgentProcess): string[] =>
  agent
    .transcript()
    .flatMap((event) =>
      (event.type === 'userMessage' || event.type === 'assistantMessage') && event.text !== ''
        ? [event.text]
        : [],
    );

async function conversation(questions: readonly string[], windowTokens = 32_768) {
  const world = memoryWorld({ functions });
  world.files.set('a.ts', numbered('a', 400));
  const model = new ScriptedModel(reader, { windowTokens });
  const agent = await open(world, model);
  for (const [index, question] of questions.entries()) {
    await agent.submit(question);
    await agent.notes.pin(`note ${index + 1}`);
  }
  return { world, model, agent };
}

describe('a fork', () => {
  it('goes on with the same bytes the other session would have gone on with', async () => {
    const { world, model, agent } = await conversation(['one', 'two']);
    const seq = seqOf(agent, 'answer to one');
    const length = world.log.events.length;
    const point = await forkPoint('s1', world.sessions.lineage('s1'), seq);
    const { agent: forked, log } = await fork(world, agent, model, 's2', point);
    // What was sent for the second question, up to the news of note 1, which the fork never had.
    const before = model.requests[2]?.request.messages ?? [];
    await forked.submit('another');
    const after = model.requests[4]?.request.messages ?? [];
    const shared = before.findIndex((message) => message.content === 'two');
    expect(after.slice(0, shared)).toEqual(before.slice(0, shared));
    expect(after.slice(shared).map(({ content }) => content)).toEqual(['another']);
    expect(world.log.events).toHaveLength(length);
    expect(texts(forked)).toEqual(['one', 'answer to one', 'another', 'answer to another']);
    expect(forked.notes.list()).toEqual([]);
    expect(agent.notes.list()).toHaveLength(2);
    // Everything sent in the fork rebuilds from its lineage, what it inherits included.
    expect(await rebuildRequests({ log, blobs: world.blobs })).toHaveLength(4);
  });

  it('shows a long message of the person as it was shown, under the name it had', async () => {
    const { world, model, agent } = await conversation([`long ${'word '.repeat(20_000)}`, 'two']);
    const [, answer] = agent
      .transcript()
      .flatMap((event) =>
        event.type === 'userMessage' || event.type === 'assistantMessage' ? [event.seq] : [],
      )
      .slice(0, 3);
    const point = await forkPoint('s1', world.sessions.lineage('s1'), answer ?? 0);
    const { agent: forked } = await fork(world, agent, model, 's2', point);
    const before = model.requests[1]?.request.messages ?? [];
    await forked.submit('another');
    const after = model.requests.at(-1)?.request.messages ?? [];
    expect(before[1]?.content).toContain('[message cut');
    expect(after.slice(0, before.length)).toEqual(before);
  });

  it('has the notes as they were, and a finished turn that is finished', async () => {
    const { world, model, agent } = await conversation(['one', 'two', 'three']);
    const point = await forkPoint('s1', world.sessions.lineage('s1'), seqOf(agent, 'answer to two'));
    const { agent: forked } = await fork(world, agent, model, 's2', point);
    expect(forked.notes.list().map(({ text }) => text)).toEqual(['note 1']);
    expect(forked.transcript().filter((event) => event.type === 'turnEnded')).toMatchObject([
      { reason: 'done' },
      { reason: 'done' },
    ]);
  });

  it('of a question leaves it to be answered anew', async () => {
    const { world, model, agent } = await conversation(['one', 'two']);
    const point = await forkPoint('s1', world.sessions.lineage('s1'), seqOf(agent, 'two'));
    const { agent: forked } = await fork(world, agent, model, 's2', point);
    expect(texts(forked)).toEqual(['one', 'answer to one', 'two']);
    expect(forked.transcript().findLast((event) => event.type === 'turnEnded')).toMatchObject({
      reason: 'interrupted',
    });
    expect(await forked.resumeTurn()).toBe('done');
  });

  it('resolves what it inherits by either name, and its own', async () => {
    const { world, model, agent } = await conversation(['one', 'two']);
    const seq = seqOf(agent, 'one');
    const answer = seqOf(agent, 'answer to one');
    const point = await forkPoint('s1', world.sessions.lineage('s1'), answer);
    const { agent: forked } = await fork(world, agent, model, 's2', point);
    await forked.submit('another');
    const own = seqOf(forked, 'another');
    for (const name of ['s1', 's2']) expect(await forked.stored(`msg:${name}/${seq}`)).toBe('one');
    expect(await forked.stored(`msg:s2/${own}`)).toBe('another');
    expect(await forked.stored(`msg:s2/${answer}..${own}`)).toBe(
      `[msg:s1/${answer}] assistant: answer to one\n[msg:s2/${own}] user: another`,
    );
    expect(await forked.stored('tool:s1/1')).toContain('a line');
    await expect(forked.stored(`msg:s1/${own + 100}`)).rejects.toThrow(UnknownAddressError);
    // The call after the inherited one has a number and a name of its own.
    expect(await forked.stored('tool:s2/2')).toContain('a line');
  });

  it('of a fork at what that inherits is a fork of the first', async () => {
    const { world, model, agent } = await conversation(['one', 'two']);
    const first = await forkPoint('s1', world.sessions.lineage('s1'), seqOf(agent, 'answer to two'));
    const { agent: second } = await fork(world, agent, model, 's2', first);
    const again = await forkPoint('s2', world.sessions.lineage('s2'), seqOf(second, 'answer to one'));
    expect(again.from).toBe('s1');
    await second.submit('three');
    const own = await forkPoint('s2', world.sessions.lineage('s2'), seqOf(second, 'answer to three'));
    expect(own.from).toBe('s2');
    const { agent: third, log } = await fork(world, second, model, 's3', own);
    await third.submit('four');
    expect(texts(third).filter((text) => !text.startsWith('answer'))).toEqual([
      'one',
      'two',
      'three',
      'four',
    ]);
    const events: SessionEvent[] = [];
    for await (const event of log.read()) events.push(event);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(await rebuildRequests({ log, blobs: world.blobs })).toHaveLength(8);
  });

  it('evicts what it inherits like its own; every stub brings it back', async () => {
    const { world, model, agent } = await conversation(['one', 'two', 'three'], 4000);
    const point = await forkPoint('s1', world.sessions.lineage('s1'), seqOf(agent, 'answer to three'));
    const { agent: forked, log } = await fork(world, agent, model, 's2', point);
    for (let n = 0; n < 12; n++) await forked.submit(`further ${n}`);
    const stubs = model.requests.at(-1)?.request.messages[1]?.content ?? '';
    const addresses = [...stubs.matchAll(/^- (\S+) \(/gm)].map(([, address]) => address ?? '');
    expect(addresses.length).toBeGreaterThan(1);
    for (const address of addresses) expect(await forked.stored(address)).not.toBe('');
    // The very first message is covered, though it is in the other log.
    const first = addresses.find((address) => address.startsWith('msg:')) ?? '';
    expect(await forked.stored(first)).toContain('one');
    await rebuildRequests({ log, blobs: world.blobs });
    for (const { request } of model.requests) expectPaired(request.messages);
  });

  it('does not serve again what is resident from before', async () => {
    const { world, agent } = await conversation(['one']);
    const point = await forkPoint('s1', world.sessions.lineage('s1'), seqOf(agent, 'answer to one'));
    const shown = agent.transcript().find((event) => event.type === 'callFinished');
    const page = shown?.pages[0];
    const again: Script = (request) =>
      request.messages.at(-1)?.role === 'tool'
        ? { text: 'seen' }
        : {
            calls: [
              {
                name: 'read_file',
                arguments: { path: 'a.ts', startLine: page?.startLine, endLine: page?.endLine },
              },
              { name: 'page_in', arguments: { address: `msg:s1/${seqOf(agent, 'one')}` } },
              { name: 'page_in', arguments: { address: `msg:s2/${seqOf(agent, 'one')}` } },
            ],
          };
    const second = new ScriptedModel(again);
    const { agent: forked } = await fork(world, agent, second, 's2', point);
    await forked.submit('again');
    const results = toolTexts(second.requests.at(-1)?.request.messages ?? []).slice(-3);
    expect(results[0]).toContain('already in your window');
    expect(results[1]).toContain('Already in your window');
    expect(results[2]).toContain('Already in your window');
  });
});

describe('rewinding', () => {
  it('takes a question of the person back, with its text; the other session keeps it', async () => {
    const { world, model, agent } = await conversation(['one', 'two', 'three']);
    const events = () => world.sessions.lineage('s1');
    const point = await rewindPoint('s1', events, seqOf(agent, 'two'));
    expect(point.takenBack?.text).toBe('two');
    const { agent: forked } = await fork(world, agent, model, 's2', point);
    expect(texts(forked)).toEqual(['one', 'answer to one']);
    expect(forked.notes.list().map(({ text }) => text)).toEqual(['note 1']);
    expect(await forked.submit('two, but different')).toBe('done');
    expect(texts(agent)).toHaveLength(6);
  });

  it('of the first question leaves an empty chat', async () => {
    const { world, model, agent } = await conversation(['one', 'two']);
    const point = await rewindPoint('s1', () => world.sessions.lineage('s1'), seqOf(agent, 'one'));
    const { agent: forked } = await fork(world, agent, model, 's2', point);
    expect(texts(forked)).toEqual([]);
    expect(await forked.submit('anew')).toBe('done');
  });

  it('to an answer keeps it as the last', async () => {
    const { world, agent } = await conversation(['one', 'two']);
    const seq = seqOf(agent, 'answer to one');
    const point = await rewindPoint('s1', () => world.sessions.lineage('s1'), seq);
    expect(point).toEqual(await forkPoint('s1', world.sessions.lineage('s1'), seq));
  });

  it('refuses what is no message', async () => {
    const { world } = await conversation(['one']);
    const events = () => world.sessions.lineage('s1');
    await expect(rewindPoint('s1', events, 1)).rejects.toThrow(UnknownAddressError);
    await expect(rewindPoint('s1', events, 999)).rejects.toThrow(UnknownAddressError);
    await expect(forkPoint('s1', events(), 1)).rejects.toThrow(UnknownAddressError);
  });
});

it('never cuts between a call and its result', async () => {
  const message = (text: string, calls: number): SessionEventBody => ({
    type: 'message.assistant',
    turn: 1,
    text,
    calls: Array.from({ length: calls }, (_, i) => ({ id: `${text}.${i}`, name: 'f', arguments: '{}' })),
    tokens: 1,
  });
  const result = (callId: string): SessionEventBody => ({
    type: 'function.result',
    turn: 1,
    callId,
    name: 'f',
    address: `tool:s/${callId}`,
    result: 'x',
    tokens: 1,
    isError: false,
    pages: [],
    ms: 1,
  });
  const noise: readonly SessionEventBody[] = [
    { type: 'note.unpinned', id: 'n', by: 'person' },
    { type: 'page.stale', address: 'file:x', reason: 'y' },
    { type: 'interrupt', kind: 'failedCall', text: 'x', tokens: 1 },
  ];
  const exchange = fc
    .tuple(
      fc.integer({ min: 0, max: 3 }),
      fc.array(fc.constantFrom(...noise), { maxLength: 3 }),
      fc.boolean(),
    )
    .map(([calls, between, end]) => ({ calls, between, end }));
  await fc.assert(
    fc.asyncProperty(fc.array(exchange, { minLength: 1, maxLength: 8 }), async (exchanges) => {
      const bodies: SessionEventBody[] = [{ type: 'session.started', workspace: [] }];
      for (const [n, { calls, between, end }] of exchanges.entries()) {
        bodies.push({ type: 'turn.started', turn: n });
        bodies.push({ type: 'message.user', turn: n, text: `u${n}`, tokens: 1 });
        bodies.push(message(`a${n}`, calls));
        for (let i = 0; i < calls; i++) bodies.push(...between, result(`a${n}.${i}`));
        if (end) bodies.push(...between, { type: 'turn.ended', turn: n, reason: 'done' });
      }
      const events = bodies.map(
        (body, i): SessionEvent => ({ ...(body as NewSessionEvent), at: 0, seq: i + 1 }),
      );
      async function* all() {
        yield* events;
      }
      for (const event of events) {
        if (!['message.user', 'message.assistant', 'function.result'].includes(event.type)) continue;
        for (const point of [
          await forkPoint('s', all(), event.seq),
          await rewindPoint('s', all, event.seq),
        ]) {
          const kept = events.slice(0, point.through);
          const called = kept.flatMap((e) =>
            e.type === 'message.assistant' ? e.calls.map(({ id }) => id) : [],
          );
          const answered = kept.flatMap((e) => (e.type === 'function.result' ? [e.callId] : []));
          expect(answered).toEqual(called);
          const takenBack = event.type === 'message.user' && 'takenBack' in point;
          expect(kept.includes(event)).toBe(!takenBack);
        }
      }
    }),
  );
});

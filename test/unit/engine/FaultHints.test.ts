import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { DiskUnavailableError, OutsideWorkspaceError } from '../../../src/engine/errors';
import type { EventOf } from '../../../src/engine/events';
import { FaultHints } from '../../../src/engine/FaultHints';
import { SessionState } from '../../../src/engine/SessionState';
import { numbered } from '../../support/engineChecks';
import { pageInFunction, readFileFunction } from '../../support/fakeFunctions';
import { codeHit, FakeStorage, recallHit } from '../../support/fakeStorage';
import { type MemoryWorld, memoryWorld, roughCounter } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';
import { ScriptedModel, type ScriptedReply } from '../../support/scriptedModel';

const QUESTION = 'How does eviction of pages work at the watermark?';
const never = new AbortController().signal;

let storage: FakeStorage;
let world: MemoryWorld;

beforeEach(() => {
  storage = new FakeStorage();
  world = memoryWorld({ functions: [readFileFunction, pageInFunction] });
  world.files.set('src/queue.ts', numbered('evict pages at the watermark', 60));
  storage.code = [
    codeHit('src/queue.ts', 'evictPages(watermark) {\n  return leaving;\n}', 9, 10),
    codeHit('src/other.ts', 'nothing of the kind', 2),
  ];
});

/** One turn; the script's steps in order, then an answer. */
async function ask(question: string, replies: readonly ScriptedReply[] = [], agent?: AgentProcess) {
  const model = new ScriptedModel((_, step) => replies[step] ?? { text: 'Done.' });
  const opened = agent ?? (await openAgent(model));
  expect(await opened.submit(question)).toBe('done');
  return { agent: opened, model };
}

function openAgent(model: ScriptedModel) {
  return AgentProcess.open({ ...world.parts, recall: storage, archival: storage }, async () => model);
}

const interrupts = () =>
  world.log.events.filter((e): e is EventOf<'interrupt'> => e.type === 'interrupt' && e.kind === 'hint');
const results = () =>
  world.log.events.filter((e): e is EventOf<'function.result'> => e.type === 'function.result');

describe('hints', () => {
  it('name what a message is about, after the message, by address, line and tokens', async () => {
    const { model } = await ask(QUESTION);
    const [hint] = interrupts();
    expect(hint?.hints).toEqual([
      { address: 'file:proj/src/queue.ts#L10-L12', line: 'evictPages(watermark) {', tokens: 11 },
    ]);
    const messages = model.requests[0]?.request.messages ?? [];
    expect(messages.at(-2)?.content).toBe(QUESTION);
    expect(messages.at(-1)?.content).toContain(
      'file:proj/src/queue.ts#L10-L12 · evictPages(watermark) { (11 tokens)',
    );
    const [rebuilt] = await rebuildRequests(world);
    expect(rebuilt?.messages).toEqual(messages);
  });

  it('are given for the other files when the index names one that may not be read', async () => {
    storage.code = [codeHit('closed/old.ts', 'evictPages(watermark) {', 9.5), ...storage.code];
    vi.spyOn(world.files, 'canonical').mockImplementation((path) => {
      if (path.startsWith('closed/')) throw new OutsideWorkspaceError(`${path} is not open.`, 'Open it.');
      return path;
    });
    await ask(QUESTION);
    const addresses = interrupts()[0]?.hints?.map((hint) => hint.address);
    expect(addresses).toEqual(['file:proj/src/queue.ts#L10-L12']);
  });

  it('are at most five, of different files, recall first', async () => {
    storage.code = Array.from({ length: 9 }, (_, i) =>
      codeHit(`src/q${i >> 1}.ts`, 'evictPages(watermark)', 9 - i / 9, i + 1),
    );
    storage.code = [...storage.code, ...Array.from({ length: 9 }, (_, i) => codeHit(`z${i}.ts`, 'else', 1))];
    storage.messages = [
      { ...recallHit('msg:s0/3', 'grep: evict pages at the high watermark', 6), role: 'tool' },
      recallHit('msg:s0/4', 'We evict pages at the high watermark only.', 5),
    ];
    await ask(QUESTION);
    const addresses = interrupts()[0]?.hints?.map((hint) => hint.address) ?? [];
    expect(addresses).toHaveLength(5);
    expect(addresses[0]).toBe('msg:s0/4');
    expect(new Set(addresses.map((address) => address.split('#')[0])).size).toBe(5);
  });

  it('are looked for once a message, not at every step', async () => {
    await ask(QUESTION, [
      { calls: [{ name: 'read_file', arguments: { path: 'src/queue.ts', endLine: 3 } }] },
    ]);
    expect(storage.asked).toEqual([QUESTION]);
  });

  it('do not name what is resident, nor the same twice', async () => {
    const { agent } = await ask(QUESTION);
    await ask(QUESTION, [], agent);
    expect(interrupts()).toHaveLength(1);
    world = memoryWorld({ functions: [readFileFunction] });
    world.files.set('src/queue.ts', numbered('evict', 60));
    const read = { calls: [{ name: 'read_file', arguments: { path: 'src/queue.ts' } }] };
    const second = await ask('Read it.', [read]);
    await ask(QUESTION, [], second.agent);
    expect(interrupts()).toHaveLength(0);
  });

  it('are remembered by a session that is opened again', async () => {
    const { agent } = await ask(QUESTION);
    await agent.dispose();
    await ask(QUESTION);
    expect(storage.asked).toHaveLength(2);
    expect(interrupts()).toHaveLength(1);
  });

  it('are none when nothing fits, when the disk fails, and when they are turned off', async () => {
    await ask('Thanks, please continue.');
    storage.ready = Promise.reject(new DiskUnavailableError('gone', 'wait'));
    storage.ready.catch(() => undefined);
    await ask(QUESTION);
    storage.ready = Promise.resolve();
    world = memoryWorld({ settings: { hints: false } });
    await ask(QUESTION);
    expect(interrupts()).toHaveLength(0);
    expect(storage.asked).toEqual([QUESTION]);
  });

  it('are dropped when they are late, and those of the others are taken', async () => {
    const state = new SessionState('s1', world.blobs, roughCounter, () => 1000);
    const slow = new FakeStorage();
    slow.ready = new Promise(() => undefined);
    const parts = { ...world.parts, state, counter: roughCounter };
    const both = new FaultHints({ ...parts, recall: slow, archival: storage }, 20);
    expect(await both.find(QUESTION, never)).toHaveLength(1);
    const none = new FaultHints({ ...parts, recall: slow, archival: slow }, 20);
    expect(await none.find(QUESTION, never)).toEqual([]);
  });

  it('end with the turn that is cancelled', async () => {
    const state = new SessionState('s1', world.blobs, roughCounter, () => 1000);
    const hints = new FaultHints({ ...world.parts, state, recall: storage, archival: storage }, 10_000);
    storage.ready = new Promise(() => undefined);
    const abort = new AbortController();
    const found = hints.find(QUESTION, abort.signal);
    abort.abort();
    expect(await found).toEqual([]);
  });
});

describe('a fault that follows a hint', () => {
  const address = 'file:proj/src/queue.ts#L10-L12';

  it('brings in the lines as they are now, and says why', async () => {
    world.files.set('src/queue.ts', numbered('new text', 60));
    await ask(QUESTION, [{ calls: [{ name: 'page_in', arguments: { address } }] }]);
    const [result] = results();
    expect(result?.fault).toEqual({ kind: 'major', tier: 'archival', cause: 'hint' });
    expect(result?.pages).toMatchObject([{ path: 'src/queue.ts', startLine: 10, endLine: 12 }]);
    expect(await world.blobs.get(result?.result ?? '')).toContain('   11\tnew text line 11');
  });

  it('is one as well when the file is read by its path; other lines are not', async () => {
    await ask(QUESTION, [
      { calls: [{ name: 'read_file', arguments: { path: 'src/queue.ts', startLine: 40 } }] },
      { calls: [{ name: 'read_file', arguments: { path: 'src/queue.ts', startLine: 5, endLine: 20 } }] },
    ]);
    expect(results().map((result) => result.fault?.cause)).toEqual(['cold', 'hint']);
  });

  it('opens no file with secrets', async () => {
    world.files.set('.env', 'TOKEN=1\n');
    await ask('x', [{ calls: [{ name: 'page_in', arguments: { address: 'file:proj/.env#L1-L1' } }] }]);
    expect(results()[0]?.isError).toBe(true);
    expect(await world.blobs.get(results()[0]?.result ?? '')).not.toContain('TOKEN');
  });
});

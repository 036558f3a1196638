/** Sub-agents with real files and logs, behind HTTP. The policies prove mechanism, never answer quality. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { AgentProcess } from '../../../src/engine/AgentProcess';
import type { SessionEvent } from '../../../src/engine/events';
import { FileBlobStore } from '../../../src/journal/fileBlobStore';
import { FileSessionHistory } from '../../../src/journal/fileSessionHistory';
import { blobsFolder, sessionsFolder } from '../../../src/journal/storeFolders';
import type { ChatRequest, Policy } from '../../support/modelServer/chatProtocol';
import { summariser } from '../../support/modelServer/policies';
import { type ModelServer, startModelServer } from '../../support/modelServer/startModelServer';
import { rebuildRequests } from '../../support/rebuildRequests';
import { SampleProject } from '../../support/sampleProject';
import { bundleProgram } from '../journal/childProgram';
import { openRealEngine } from './realEngine';
import { planOf, spawnPolicy } from './spawnPolicy';

const plans = {
  warm: 'read:1 | pin:a decision',
  fork: 'read:41 | spawn:look/fork',
  look: 'read:81 | say:It is at line 81.',
  six: 'spawn:w1+w2+w3+w4+w5+w6',
  all: 'spawn:one+two/fork',
  one: 'read:1 | pin:found by one',
  two: 'spawn:deep+deeper',
  deep: 'read:31 | read:61',
};

let project: SampleProject;
let store: string;
let server: ModelServer;
let policy: Policy;
let agent: AgentProcess | undefined;

beforeAll(async () => {
  project = new SampleProject();
  server = await startModelServer({ window: 16_384, policy: (request) => summariser(policy)(request) });
});

afterAll(async () => {
  await server.close();
  project.remove();
});

beforeEach(() => {
  policy = spawnPolicy(plans);
  store = realpathSync(mkdtempSync(join(tmpdir(), 'vctx-processes-')));
});

afterEach(async () => {
  await agent?.dispose();
  agent = undefined;
  rmSync(store, { recursive: true, force: true, maxRetries: 10 });
});

async function open(): Promise<AgentProcess> {
  agent = await openRealEngine({ store, folder: project.folder, url: server.url, session: 'parent' });
  return agent;
}

const history = () => new FileSessionHistory(sessionsFolder(store));

async function all(events: AsyncIterable<SessionEvent>): Promise<SessionEvent[]> {
  const read: SessionEvent[] = [];
  for await (const event of events) read.push(event);
  return read;
}

/** Every session: numbers dense, calls answered, turns and sub-agents ended, requests as they were sent. */
async function expectClosed(): Promise<void> {
  const blobs = await FileBlobStore.open(blobsFolder(store));
  for (const session of await history().sessions()) {
    const lineage = await all(history().lineage(session));
    expect(lineage.map(({ seq }) => seq)).toEqual(lineage.map((_, index) => index + 1));
    const own = await all(history().events(session));
    const called = own.flatMap((event) =>
      event.type === 'message.assistant' ? event.calls.map(({ id }) => id) : [],
    );
    expect(own.flatMap((event) => (event.type === 'function.result' ? [event.callId] : []))).toEqual(called);
    const count = (type: SessionEvent['type']) => own.filter((event) => event.type === type).length;
    expect([session, count('turn.ended')]).toEqual([session, count('turn.started')]);
    expect([session, count('process.ended')]).toEqual([session, count('process.started')]);
    const log = { sessionId: session, read: () => history().lineage(session) };
    await rebuildRequests({ log, blobs });
  }
}

it('a fork begins with the bytes of the request that spawned it; what it read stays out of the window that asked', async () => {
  await open();
  await agent?.submit('warm up');
  const from = server.requests.length;
  expect(await agent?.submit('fork it')).toBe('done');
  const sent = server.requests
    .slice(from)
    .map(({ raw, body }) => ({ raw: raw.toString(), plan: planOf(body), body }));
  expect(sent.map(({ plan }) => plan)).toEqual(['fork', 'fork', 'look', 'look', 'fork']);
  const [, spawning, child, childLater, after] = sent.map(({ raw }) => raw) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const shared = spawning.slice(0, spawning.lastIndexOf('],"stream":'));
  expect(shared.length).toBeGreaterThan(2000);
  expect(child.startsWith(shared)).toBe(true);
  expect(after.startsWith(shared)).toBe(true);
  expect(JSON.stringify(sent[2]?.body.tools)).toBe(JSON.stringify(sent[1]?.body.tools));
  // Ten lines from 81 on were read by the fork only.
  expect(childLater).toContain('   81\\t');
  expect(after).not.toContain('   81\\t');
  expect(after).toContain('It is at line 81.');
  // The provider's cache serves the fork what it has served before.
  const cached = (await all(history().events('parent.1'))).flatMap((event) =>
    event.type === 'response.received' ? [event.usage?.cachedTokens ?? 0] : [],
  );
  expect(cached[0]).toBeGreaterThan(0);
  await expectClosed();
});

it('six sub-agents of one step: four at once, answers in the order asked', async () => {
  let inside = 0;
  let most = 0;
  const inner = spawnPolicy(plans);
  policy = async (request: ChatRequest) => {
    if (!planOf(request).startsWith('w')) return inner(request);
    most = Math.max(most, ++inside);
    // Until all are there that will be: on a busy machine that takes its time.
    for (let waited = 0; most < 4 && waited < 5000; waited += 20) await sleep(20);
    await sleep(60);
    inside--;
    return inner(request);
  };
  await open();
  const from = server.requests.length;
  expect(await agent?.submit('six of them')).toBe('done');
  expect(most).toBe(4);
  const last = server.requests.at(-1)?.body.messages.filter(({ role }) => role === 'tool') ?? [];
  expect(last.map(({ content }) => /done: (w\d)/.exec(content ?? '')?.[1])).toEqual([
    'w1',
    'w2',
    'w3',
    'w4',
    'w5',
    'w6',
  ]);
  expect(server.requests.slice(from).filter(({ overWindow }) => overWindow)).toEqual([]);
  await expectClosed();
});

it('stopped, cancels all levels and waits: nothing is written or asked afterwards', async () => {
  let reached = () => {};
  const deep = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const inner = spawnPolicy(plans);
  policy = async (request: ChatRequest) => {
    if (planOf(request) !== 'deep') return inner(request);
    reached();
    await sleep(10_000, undefined, { ref: false });
    return inner(request);
  };
  await open();
  const turn = agent?.submit('all of it');
  await deep;
  agent?.stop();
  const stopped = performance.now();
  expect(await turn).toBe('cancelled');
  expect(performance.now() - stopped).toBeLessThan(5000);
  await expectClosed();
  const sizes = async () =>
    (await Promise.all((await history().sessions()).map((id) => all(history().events(id))))).flat().length;
  const [events, requests] = [await sizes(), server.requests.length];
  await sleep(200);
  expect([await sizes(), server.requests.length]).toEqual([events, requests]);
  policy = spawnPolicy(plans);
  expect(await agent?.submit('warm again')).toBe('done');
});

it('after kill -9 at any moment, all logs close on opening and the next sub-agents have new names', async () => {
  const start = await bundleProgram(join(import.meta.dirname, 'spawnProgram.ts'), store);
  const inner = spawnPolicy(plans);
  policy = async (request: ChatRequest) => {
    await sleep(5);
    return inner(request);
  };
  const interrupted: string[] = [];
  for (const [run, requests] of [1, 4, 2, 9, 3, 13, 6].entries()) {
    const child = start(store, project.folder, server.url, String(run));
    expect(await child.line()).toBe('ready');
    // How far it has got, not how long it has run: that depends on the machine.
    const enough = server.requests.length + requests;
    for (let waited = 0; server.requests.length < enough && waited < 5000; waited++) await sleep(1);
    await sleep(run * 3);
    await child.kill();
  }
  await open();
  await expectClosed();
  const names: string[] = [];
  for (const session of await history().sessions())
    for (const event of await all(history().events(session))) {
      if (event.type === 'process.started') names.push(event.process);
      if (event.type === 'process.ended' && event.reason === 'interrupted') interrupted.push(event.process);
    }
  expect(new Set(names).size).toBe(names.length);
  expect(interrupted.length).toBeGreaterThan(1);
  expect(await agent?.submit('all again')).toBe('done');
  await expectClosed();
});

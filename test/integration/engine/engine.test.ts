import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rgPath } from '@vscode/ripgrep';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { DiskClient } from '../../../src/disk/client';
import type { AgentProcess } from '../../../src/engine/AgentProcess';
import type { EventOf, SessionEvent, SessionEventBody } from '../../../src/engine/events';
import { FileBlobStore } from '../../../src/journal/fileBlobStore';
import { FileSessionHistory } from '../../../src/journal/fileSessionHistory';
import { blobsFolder, sessionsFolder } from '../../../src/journal/storeFolders';
import { shownLines } from '../../../src/models/functionResults';
import { requestBody } from '../../../src/models/requestBody';
import type { Policy } from '../../support/modelServer/chatProtocol';
import { asksForSummary } from '../../support/modelServer/chatProtocol';
import { researcher, script, summariser } from '../../support/modelServer/policies';
import { type ModelServer, startModelServer } from '../../support/modelServer/startModelServer';
import { rebuildAllRequests } from '../../support/rebuildRequests';
import { SampleProject } from '../../support/sampleProject';
import { openRealEngine } from './realEngine';

const WINDOW = 8_192;

let project: SampleProject;
let store: string;
let disk: DiskClient;
let server: ModelServer;
let policy: Policy;
let agent: AgentProcess;
let sessions = 0;

beforeAll(async () => {
  project = new SampleProject();
  store = realpathSync(mkdtempSync(join(tmpdir(), 'vctx-engine-')));
  disk = new DiskClient({ store, diskScript: join(inject('dist'), 'disk.js') });
  await disk.openWorkspace([{ name: folderName(), path: project.folder }], { maxFileBytes: 1_000_000 });
  await disk.whenReady(AbortSignal.timeout(60_000));
  server = await startModelServer({ window: WINDOW, policy: summariser((request) => policy(request)) });
});

afterEach(() => agent.dispose());

afterAll(async () => {
  await server.close();
  const { pid } = await disk.status();
  disk.dispose();
  if (pid > 0) process.kill(pid, 'SIGTERM');
  await sleep(100);
  project.remove();
  rmSync(store, { recursive: true, force: true, maxRetries: 10 });
});

function folderName(): string {
  return project.folder.slice(project.folder.lastIndexOf('/') + 1);
}

async function open(session = `session-${++sessions}`): Promise<AgentProcess> {
  agent = await openRealEngine({
    store,
    folder: project.folder,
    session,
    url: server.url,
    disk,
    ripgrepPath: rgPath,
  });
  return agent;
}

async function logOf(session: string): Promise<SessionEvent[]> {
  const events: SessionEvent[] = [];
  for await (const event of new FileSessionHistory(sessionsFolder(store)).events(session)) events.push(event);
  return events;
}

async function eventsOf<T extends SessionEventBody['type']>(type: T): Promise<EventOf<T>[]> {
  return (await logOf(agent.session)).filter((event): event is EventOf<T> => event.type === type);
}

async function blob(hash: string): Promise<string> {
  return (await FileBlobStore.open(blobsFolder(store))).get(hash);
}

/** What the last call of the session returned. */
async function lastResult(): Promise<{ event: EventOf<'function.result'>; text: string }> {
  const event = (await eventsOf('function.result')).at(-1) as EventOf<'function.result'>;
  return { event, text: await blob(event.result) };
}

/** Checks everything that was sent since `from` against the window, the prefix rule, and the log. */
async function checkRecord(from: number): Promise<void> {
  const sent = server.requests.slice(from);
  expect(sent.filter(({ overWindow }) => overWindow)).toEqual([]);
  const log = {
    sessionId: agent.session,
    read: () => new FileSessionHistory(sessionsFolder(store)).events(agent.session),
  };
  const rebuilt = await rebuildAllRequests({ log, blobs: await FileBlobStore.open(blobsFolder(store)) });
  const dialect = { streamOptions: true, outputLimit: 'max_tokens', returnsReasoning: false } as const;
  expect(sent.map(({ raw }) => raw.toString())).toEqual(
    rebuilt.map((request) => JSON.stringify(requestBody('test-model', request, dialect))),
  );
  let before: string | undefined;
  let step = 0;
  const steps = sent.filter(({ body }) => !asksForSummary(body)).map(({ raw }) => raw.toString());
  for (const event of await logOf(agent.session)) {
    if (event.type === 'epoch.started') before = undefined;
    if (event.type !== 'request.sent' || event.purpose !== 'step') continue;
    const raw = steps[step++] ?? '';
    // Everything up to the end of the last message of the request before.
    if (before !== undefined)
      expect(raw.startsWith(before.slice(0, before.lastIndexOf('],"stream":')))).toBe(true);
    before = raw;
  }
}

describe('with real files, a real index and a model server that counts with another tokenizer', () => {
  it('searches, reads what it found, and answers with links', async () => {
    policy = researcher;
    const from = server.requests.length;
    await open();
    expect(await agent.submit('How does the client retry a request after a rate limit?')).toBe('done');
    const results = await eventsOf('function.result');
    expect(results.map((event) => event.name)).toEqual([
      'search_workspace',
      'read_file',
      'read_file',
      'read_file',
    ]);
    expect(results.filter((event) => event.isError)).toEqual([]);
    expect(results[0]?.fault).toEqual({ kind: 'major', tier: 'archival' });
    expect(results.slice(1).some((event) => event.pages[0]?.path === 'src/client.ts')).toBe(true);
    const answer = (await eventsOf('message.assistant')).at(-1)?.text;
    expect(answer).toMatch(/\[src\/\S+:\d+-\d+\]\(src\/\S+#L\d+-L\d+\)/);
    await checkRecord(from);
  });

  it('points at what a message is about in index and history, and brings it in when the model asks', async () => {
    policy = script;
    await open('told');
    await agent.submit('The night watchman is called Bartholomew Finch. [[say Noted.]]');
    await agent.dispose();
    const from = server.requests.length;
    await open();
    await agent.submit(
      'How does the client calculate the retry timeout in milliseconds? [[say One moment.]]',
    );
    const hinted = async () =>
      (await eventsOf('interrupt')).filter(({ kind }) => kind === 'hint').flatMap(({ hints = [] }) => hints);
    const found = (await hinted()).find(({ address }) => address.includes('/src/client.ts#'));
    await agent.submit(`[[call page_in {"address":"${found?.address}"}]] [[then]] [[say Done.]]`);
    const { event, text } = await lastResult();
    expect(event.fault).toEqual({ kind: 'major', tier: 'archival', cause: 'hint' });
    const [page] = event.pages;
    const lines = readFileSync(join(project.folder, 'src/client.ts'), 'utf8').split('\n');
    expect(text).toContain(`${String(page?.startLine).padStart(5)}\t${lines[(page?.startLine ?? 0) - 1]}`);
    await vi.waitFor(async () => {
      await agent.submit('Whom did I call the watchman, was it Bartholomew? [[say Let me see.]]');
      expect((await hinted()).map(({ address }) => address.split('/')[0])).toContain('msg:told');
    }, 20_000);
    await checkRecord(from);
  });

  it('keeps window, prefix and record over many rollovers; what left comes back as it was shown', async () => {
    policy = script;
    const from = server.requests.length;
    await open('earlier');
    await agent.submit('The harbour pilot is called Wilhelmina Quist. [[say Noted.]]');
    await agent.dispose();
    await open('long');
    await agent.submit('My lucky number is seven hundred and twelve, from the lighthouse. [[say Noted.]]');
    const files = [
      'src/client.ts',
      'src/resources/chat/completions/completions.ts',
      'src/resources/responses/responses.ts',
    ];
    for (let turn = 0; turn < 30; turn++) {
      const start = 1 + Math.floor(turn / files.length) * 60;
      const read = `[[call read_file {"path":"${files[turn % files.length]}","startLine":${start},"endLine":${start + 59}}]]`;
      expect(await agent.submit(`Question ${turn}: what is here? ${read} [[then]] [[say It is code.]]`)).toBe(
        'done',
      );
    }
    const epochs = await eventsOf('epoch.started');
    expect(epochs.length).toBeGreaterThan(4);
    expect(epochs.slice(1).map((event) => event.summaryBy)).toEqual(epochs.slice(1).map(() => 'model'));
    expect(await eventsOf('request.failed')).toEqual([]);

    // A page that left, with what was shown of it at that time.
    const results = await eventsOf('function.result');
    const shown = results[0] as EventOf<'function.result'>;
    const page = shown.pages[0];
    expect(epochs[1]?.evicted.map((evicted) => evicted.address)).toContain(page?.address);
    await agent.submit(`Bring it back [[call page_in {"address":"${page?.address}"}]]`);
    const restored = await lastResult();
    expect(restored.event.fault).toEqual({ kind: 'major', tier: 'recall', cause: 'capacity' });
    expect(restored.event.pages[0]?.address).toBe(page?.address);
    const before = shownLines(await blob(shown.result))[0];
    expect(before?.lines.size).toBeGreaterThan(20);
    expect(shownLines(restored.text)[0]).toEqual(before);
    const lines = readFileSync(join(project.folder, page?.path ?? ''), 'utf8').split(/(?<=\n)/);
    expect(await agent.stored(page?.address ?? '')).toBe(
      lines.slice((page?.startLine ?? 0) - 1, page?.endLine).join(''),
    );

    // What was said thirty turns ago, and in another session.
    while (((await disk.recallSeqs('long')).at(-1) ?? 0) < 100) await sleep(20);
    await agent.submit('[[call recall_search {"query":"lucky number lighthouse"}]]');
    expect((await lastResult()).text).toMatch(/msg:long\/\d+ .* user\n.*seven hundred and twelve/);
    const rollovers = async () => (await eventsOf('epoch.started')).length;
    const begun = await rollovers();
    await agent.submit('[[call recall_search {"query":"harbour pilot name"}]]');
    const { text } = await lastResult();
    expect(text).toMatch(/msg:earlier\/\d+ .* user\n.*Wilhelmina Quist/);
    // The search has shown it whole: it is not brought in twice, and the address goes on naming it.
    const address = /msg:earlier\/\d+/.exec(text)?.[0] ?? '';
    await agent.submit(`[[call page_in {"address":"${address}"}]]`);
    // Unless the window rolled over between the two: how full it is depends on hints, which come when they come.
    if ((await rollovers()) > begun) await agent.submit(`[[call page_in {"address":"${address}"}]]`);
    expect((await lastResult()).event.fault).toEqual({ kind: 'minor', tier: 'resident' });
    expect(await agent.stored(address)).toBe('The harbour pilot is called Wilhelmina Quist. [[say Noted.]]');
    await checkRecord(from + 1);
  });

  it('tells the model of an edit before its next step', async () => {
    const path = join(project.folder, 'src/version.ts');
    const original = readFileSync(path, 'utf8');
    policy = async (request) => {
      const reply = await script(request);
      // The person edits while the model thinks about what it read.
      if (request.messages.at(-1)?.role === 'tool' && reply.calls?.length)
        writeFileSync(path, '// edited by hand\n');
      return reply;
    };
    const from = server.requests.length;
    await open();
    try {
      const read = '[[call read_file {"path":"src/version.ts"}]]';
      await agent.submit(`${read} [[then]] [[call list_directory {"path":"src"}]] [[then]] [[say ok]]`);
      const messages = server.requests.at(-1)?.body.messages ?? [];
      expect(messages.at(-1)?.content).toMatch(
        /<interrupt kind="fileChanged">\nStale: file:\S+src\/version.ts#L1-/,
      );
      expect(messages.at(-1)?.content).toContain('+// edited by hand');
      expect(await eventsOf('page.stale')).toHaveLength(1);
      await checkRecord(from);
    } finally {
      writeFileSync(path, original);
    }
  });

  it('goes on when the disk process is killed in the middle of a turn', async () => {
    const { pid } = await disk.status();
    policy = async (request) => {
      const reply = await script(request);
      if (reply.calls?.[0]?.name === 'search_workspace' && request.messages.at(-1)?.role === 'user')
        process.kill(pid, 'SIGKILL');
      return reply;
    };
    await open();
    const search = '[[call search_workspace {"query":"retry after rate limit"}]]';
    const remember = '[[call archival_insert {"text":"The kill switch is green."}]]';
    expect(
      await agent.submit(`Remember the kill switch. ${search} [[then]] ${remember} [[then]] ${search}`),
    ).toBe('done');
    expect((await lastResult()).event.isError).toBe(false);
    expect((await lastResult()).text).toContain('src/');
    expect((await disk.status()).pid).not.toBe(pid);
    policy = script;
    while ((await disk.recallSeqs(agent.session)).length === 0) await sleep(20);
    await agent.submit('[[call archival_search {"query":"kill switch"}]]');
    expect((await lastResult()).text).toContain('The kill switch is green.');
  });
});

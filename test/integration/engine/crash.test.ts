import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/engine/events';
import { FileBlobStore } from '../../../src/journal/fileBlobStore';
import { FileSessionHistory } from '../../../src/journal/fileSessionHistory';
import { blobsFolder, sessionsFolder } from '../../../src/journal/storeFolders';
import { asksForSummary, type ChatRequestMessage } from '../../support/modelServer/chatProtocol';
import { script, summariser } from '../../support/modelServer/policies';
import { type ModelServer, startModelServer } from '../../support/modelServer/startModelServer';
import { rebuildRequests } from '../../support/rebuildRequests';
import { SampleProject } from '../../support/sampleProject';
import { bundleProgram, type Child } from '../journal/childProgram';
import { openRealEngine } from './realEngine';

let project: SampleProject;
let store: string;
let server: ModelServer;
let start: (...args: string[]) => Child;

beforeAll(async () => {
  project = new SampleProject();
  store = realpathSync(mkdtempSync(join(tmpdir(), 'vctx-crash-')));
  start = await bundleProgram(join(import.meta.dirname, 'turnProgram.ts'), store);
  server = await startModelServer({ window: 8_192, policy: summariser(script) });
});

afterAll(async () => {
  await server.close();
  project.remove();
  rmSync(store, { recursive: true, force: true, maxRetries: 10 });
});

/** Runs the program until so long after its first question was durable, kills it, and returns what it said was durable. */
async function killAfter(ms: number, run: number): Promise<SessionEvent[]> {
  const child = start(store, project.folder, server.url, String(run));
  expect(await child.line()).toBe('ready');
  const acknowledged: SessionEvent[] = [];
  let begun = () => {};
  const asked = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const reading = (async () => {
    for (let line = await child.line(); line !== undefined; line = await child.line()) {
      // The last line may be torn by the kill.
      if (line.startsWith('{') && line.endsWith('}')) acknowledged.push(JSON.parse(line) as SessionEvent);
      if (acknowledged.at(-1)?.type === 'message.user') begun();
    }
  })();
  await asked;
  await sleep(ms);
  await child.kill();
  await reading;
  return acknowledged;
}

async function log(): Promise<SessionEvent[]> {
  const events: SessionEvent[] = [];
  for await (const event of new FileSessionHistory(sessionsFolder(store)).events('crashing'))
    events.push(event);
  return events;
}

function expectPaired(messages: readonly ChatRequestMessage[]): void {
  let open: string[] = [];
  for (const message of messages) {
    if (message.role === 'tool') {
      expect(open).toContain(message.tool_call_id);
      open = open.filter((id) => id !== message.tool_call_id);
      continue;
    }
    expect(open).toEqual([]);
    open = (message.tool_calls ?? []).map((call) => call.id);
  }
  expect(open).toEqual([]);
}

it('resumes with every acknowledged event after kill -9 at any moment, none twice, calls paired', async () => {
  // Reproducible moments, spread over the steps of a turn.
  const moments = [40, 310, 95, 170, 533, 22, 251, 760];
  const acknowledged = new Map<number, SessionEvent>();
  for (const [run, ms] of moments.entries())
    for (const event of await killAfter(ms, run)) {
      expect(acknowledged.has(event.seq)).toBe(false);
      acknowledged.set(event.seq, event);
    }
  const agent = await openRealEngine({ store, folder: project.folder, url: server.url, session: 'crashing' });
  try {
    expect(await agent.submit('The last question [[say Fine.]]')).toBe('done');
    const durable = await log();
    expect(durable.map((event) => event.seq)).toEqual(durable.map((_, index) => index + 1));
    for (const [seq, event] of acknowledged) expect(durable[seq - 1]).toEqual(event);
    const asked = durable.flatMap((event) => (event.type === 'message.user' ? [event.text] : []));
    expect(asked.length).toBeGreaterThan(moments.length);
    expect(new Set(asked).size).toBe(asked.length);
    const posted = durable.flatMap((event) => (event.type === 'event.posted' ? [event.seq] : []));
    const delivered = durable.flatMap((event) =>
      (event.type === 'message.user' || event.type === 'interrupt') && event.posted ? [event.posted] : [],
    );
    expect(posted.length).toBeGreaterThan(asked.length);
    expect(delivered.sort((a, b) => a - b)).toEqual(posted);
    const results = durable.flatMap((event) => (event.type === 'function.result' ? [event.callId] : []));
    const calls = durable.flatMap((event) =>
      event.type === 'message.assistant' ? event.calls.map(({ id }) => id) : [],
    );
    expect([...results].sort()).toEqual([...calls].sort());
    const ends = durable.filter((event) => event.type === 'turn.ended');
    expect(ends.filter((event) => event.reason === 'interrupted').length).toBeGreaterThan(3);
    // What the person saw is what was recorded.
    const seen = agent.transcript().filter((event) => event.type === 'userMessage');
    expect(seen.map((event) => event.text)).toEqual(asked);
    const pinned = durable.flatMap((event) => (event.type === 'note.pinned' ? [event.note.text] : []));
    expect(agent.notes.list().map((note) => note.text)).toEqual(pinned);

    expect(server.requests.filter(({ overWindow }) => overWindow)).toEqual([]);
    for (const { body } of server.requests) expectPaired(body.messages);
    const record = {
      log: {
        sessionId: 'crashing',
        read: () => new FileSessionHistory(sessionsFolder(store)).events('crashing'),
      },
      blobs: await FileBlobStore.open(blobsFolder(store)),
    };
    // Every request the server has seen was in the log before it was sent.
    const sent = server.requests
      .filter(({ body }) => !asksForSummary(body))
      .map(({ body }) => body.messages.length);
    expect((await rebuildRequests(record)).length).toBeGreaterThanOrEqual(sent.length);
  } finally {
    await agent.dispose();
  }
});

/** What models differ in: reasoning, parameters they refuse, functions they cannot call, what they cost. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AgentProcess } from '../../../src/engine/AgentProcess';
import type { EventOf, SessionEvent } from '../../../src/engine/events';
import type { OutputEvent } from '../../../src/engine/OutputBuffer';
import { FileBlobStore } from '../../../src/journal/fileBlobStore';
import { FileSessionHistory } from '../../../src/journal/fileSessionHistory';
import { blobsFolder, sessionsFolder } from '../../../src/journal/storeFolders';
import type { OpenAIModelOptions } from '../../../src/models/modelOptions';
import { OpenAIModel } from '../../../src/models/openaiModel';
import { callsFunctions } from '../../../src/models/presets';
import { startJsonServer } from '../../support/jsonServer';
import { script, summariser } from '../../support/modelServer/policies';
import {
  type ModelServer,
  type ModelServerOptions,
  startModelServer,
} from '../../support/modelServer/startModelServer';
import { rebuildAllRequests } from '../../support/rebuildRequests';
import { openRealEngine, type RealEngineOptions } from '../engine/realEngine';

let folder: string;
let store: string;
let agent: AgentProcess | undefined;
let server: ModelServer;
const shown: OutputEvent[] = [];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'vctx-models-')));
  store = join(folder, '.store');
  writeFileSync(join(folder, 'a.txt'), 'alpha\n');
  writeFileSync(join(folder, 'b.txt'), 'beta\n');
  shown.length = 0;
});

afterEach(async () => {
  await agent?.dispose();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(
  options: Partial<ModelServerOptions> = {},
  model: Partial<OpenAIModelOptions> = {},
  engine: Partial<RealEngineOptions> = {},
): Promise<AgentProcess> {
  server = await startModelServer({ window: 32_768, policy: summariser(script), ...options });
  agent = await openRealEngine({
    store,
    folder,
    session: 's',
    model: new OpenAIModel({ provider: 'custom', baseUrl: server.url, model: 'test-model', ...model }),
    ...engine,
  });
  agent.output.subscribe((event) => shown.push(event));
  return agent;
}

async function events<T extends SessionEvent['type']>(type: T): Promise<EventOf<T>[]> {
  const found: EventOf<T>[] = [];
  for await (const event of new FileSessionHistory(sessionsFolder(store)).events('s'))
    if (event.type === type) found.push(event as EventOf<T>);
  return found;
}

const lastBody = () => server.requests.at(-1)?.body;
const notices = () => shown.flatMap((event) => (event.type === 'modelNotice' ? [event.text] : []));
/** Throws unless every request in the log can be rebuilt as it was sent. */
const rebuilt = async () =>
  rebuildAllRequests({
    log: { sessionId: 's', read: () => new FileSessionHistory(sessionsFolder(store)).events('s') },
    blobs: await FileBlobStore.open(blobsFolder(store)),
  });

it.each(['reasoning_content', 'reasoning', 'think'] as const)(
  'shows what is thought (%s), records it, and keeps it out of later requests',
  async (reasoningField) => {
    const chat = await open({ reasoningField });
    await chat.submit('[[think First I look around, < and >.]] [[say Found it.]]');
    await chat.submit('[[say And again.]]');
    const thought = shown.flatMap((event) => (event.type === 'reasoningDelta' ? [event.text] : []));
    expect(thought.length).toBeGreaterThan(1);
    const [first, second] = await events('message.assistant');
    expect(first).toMatchObject({ text: 'Found it.', reasoning: 'First I look around, < and >.' });
    expect(second).not.toHaveProperty('reasoning');
    expect(JSON.stringify(lastBody()?.messages.slice(0, -1))).toContain('Found it.');
    expect(lastBody()?.messages.filter(({ role }) => role === 'assistant')).toEqual([
      { role: 'assistant', content: 'Found it.' },
    ]);
    expect(chat.transcript()).toContainEqual(
      expect.objectContaining({ type: 'assistantMessage', reasoning: 'First I look around, < and >.' }),
    );
    await rebuilt();
  },
);

it('sends back what was thought before calls to an endpoint that refuses calls without it', async () => {
  const chat = await open({ wantsReasoning: true });
  const end = await chat.submit(
    '[[think One.]] [[call read_file {"path":"a.txt"}]] [[then]] [[think Two.]] [[call read_file {"path":"b.txt"}]] [[then]] [[say Read.]]',
  );
  expect(end).toBe('done');
  const sent = lastBody()?.messages.flatMap((message) =>
    message.tool_calls?.length ? [message.reasoning_content] : [],
  );
  // What was recorded before the refusal was not meant to go back.
  expect(sent).toEqual(['', 'Two.']);
  expect((await events('message.assistant')).map(({ returnsReasoning }) => returnsReasoning)).toEqual([
    undefined,
    true,
    undefined,
  ]);
  expect(server.requests.filter(({ status }) => status === 400)).toHaveLength(1);
  await rebuilt();
});

it('sends temperature and effort only where they are set', async () => {
  const chat = await open();
  await chat.submit('[[say Hello.]]');
  expect(lastBody()).not.toHaveProperty('temperature');
  expect(lastBody()).not.toHaveProperty('reasoning_effort');
  await chat.dispose();
  await server.close();
  await (await open({}, { temperature: 0.2, reasoningEffort: 'high' })).submit('[[say Hello.]]');
  expect(lastBody()).toMatchObject({ temperature: 0.2, reasoning_effort: 'high' });
});

it('leaves out what the endpoint refuses, and says so once', async () => {
  const chat = await open(
    { unknownParameters: ['temperature', 'reasoning_effort'] },
    { temperature: 0, reasoningEffort: 'high' },
  );
  await chat.submit('[[say Hello.]]');
  await chat.submit('[[say Again.]]');
  expect(server.requests.map(({ status }) => status)).toEqual([400, 400, 200, 200]);
  expect(notices()).toHaveLength(1);
  expect(notices()[0]).toContain('virtualContext.model.temperature and virtualContext.model.reasoningEffort');
  expect(await events('model.notice')).toHaveLength(1);
});

it('chats with a model that calls no functions, after the first refusal, and tells what is missed', async () => {
  const chat = await open({ withoutFunctions: ['test-model'] });
  expect(await chat.submit('[[say Hello.]]')).toBe('done');
  expect(await chat.submit('[[say Again.]]')).toBe('done');
  expect(server.requests.map(({ status }) => status)).toEqual([400, 200, 200]);
  expect(lastBody()).not.toHaveProperty('tools');
  expect(lastBody()?.messages[0]?.content).toContain('you cannot call functions');
  expect(notices()).toHaveLength(1);
  expect(notices()[0]).toMatch(/cannot call functions.*reads and searches no files/);
  await rebuilt();
});

it('tells a model without functions as text what another has called, and calls again with the next', async () => {
  server = await startModelServer({ window: 32_768, policy: script, withoutFunctions: ['plain'] });
  const models = ['able', 'plain'].map(
    (model) => new OpenAIModel({ provider: 'custom', baseUrl: server.url, model }),
  );
  let current = models[0] as OpenAIModel;
  agent = await openRealEngine({ store, folder, session: 's', source: async () => current });
  await agent.submit('[[call read_file {"path":"a.txt"}]] [[then]] [[say Read.]]');
  current = models[1] as OpenAIModel;
  expect(await agent.submit('[[say Talked.]]')).toBe('done');
  expect(lastBody()?.messages.some(({ role, tool_calls: calls }) => role === 'tool' || calls)).toBe(false);
  expect(JSON.stringify(lastBody()?.messages)).toContain('read_file');
  current = models[0] as OpenAIModel;
  expect(await agent.submit('[[call read_file {"path":"b.txt"}]] [[then]] [[say Read too.]]')).toBe('done');
  expect(lastBody()?.tools?.length).toBeGreaterThan(5);
  await rebuilt();
});

it('answers several calls of one response in their order', async () => {
  const chat = await open();
  await chat.submit(
    '[[call read_file {"path":"b.txt"}]] [[call read_file {"path":"a.txt"}]] [[call no_such_function {}]] [[then]] [[say Both.]]',
  );
  const tools = lastBody()?.messages.filter(({ role }) => role === 'tool') ?? [];
  const calls = lastBody()?.messages.find(({ tool_calls: made }) => made)?.tool_calls ?? [];
  expect(tools.map((tool) => tool.tool_call_id)).toEqual(calls.map(({ id }) => id));
  expect(tools.map(({ content }) => content)).toEqual([
    expect.stringContaining('beta'),
    expect.stringContaining('alpha'),
    expect.stringContaining('no_such_function'),
  ]);
});

it('counts what turns and the chat have spent, the cached part apart, with what it costs', async () => {
  const prices = { 'test-*': { input: 2, cachedInput: 0.5, output: 8 } };
  const chat = await open({}, {}, { settings: { prices } });
  await chat.submit('[[call read_file {"path":"a.txt"}]] [[then]] [[say Read.]]');
  await chat.submit('[[say Again.]]');
  const spent = shown.filter((event) => event.type === 'spent');
  expect(spent).toHaveLength(2);
  const responses = (await events('response.received')).flatMap(({ usage }) => (usage ? [usage] : []));
  expect(responses).toHaveLength(3);
  const total = (of: (usage: (typeof responses)[number]) => number) =>
    responses.reduce((sum, usage) => sum + of(usage), 0);
  const prompt = total((usage) => usage.promptTokens);
  const cached = total((usage) => usage.cachedTokens ?? 0);
  const output = total((usage) => usage.completionTokens);
  expect(cached).toBeGreaterThan(0);
  const session = spent[1]?.session;
  expect(session).toMatchObject({ promptTokens: prompt, cachedTokens: cached, outputTokens: output });
  expect(session?.cost).toBeCloseTo(((prompt - cached) * 2 + cached * 0.5 + output * 8) / 1e6, 12);
  expect(spent[1]?.turn).toMatchObject({ promptTokens: responses[2]?.promptTokens });
  // The same once more from the log.
  await chat.dispose();
  agent = await openRealEngine({ store, folder, session: 's', url: server.url, settings: { prices } });
  expect(agent.transcript().filter((event) => event.type === 'spent')).toEqual(spent);
});

it('has a cheaper model write the summaries, and the own one where that fails', async () => {
  server = await startModelServer({ window: 32_768, policy: summariser(script) });
  const cheap = await startModelServer({ window: 16_384, policy: summariser(script) });
  const model = (baseUrl: string, name: string) =>
    new OpenAIModel({ provider: 'custom', baseUrl, model: name });
  try {
    const summaryModel = model(cheap.url, 'cheap');
    agent = await openRealEngine({
      store,
      folder,
      session: 's',
      model: model(server.url, 'dear'),
      summaryModel,
    });
    const long = `${'words and more words '.repeat(400)}`;
    for (const n of [1, 2, 3]) await agent.submit(`${n} ${long} [[say Answer ${n}.]]`);
    const signal = new AbortController().signal;
    await agent.changeWindow({ kind: 'compact', instructions: '' }, signal);
    expect(cheap.requests.length).toBeGreaterThan(0);
    expect((await events('epoch.started')).at(-1)?.summaryBy).toBe('model');
    const asked = server.requests.length;
    await cheap.close();
    await agent.submit(`4 ${long} [[say Answer 4.]]`);
    await agent.submit(`5 ${long} [[say Answer 5.]]`);
    await agent.changeWindow({ kind: 'compact', instructions: '' }, signal);
    expect(server.requests.length).toBeGreaterThan(asked + 2);
    expect((await events('epoch.started')).at(-1)?.summaryBy).toBe('model');
    expect((await events('request.failed')).at(-1)?.message).toContain('The model for summaries');
  } finally {
    await cheap.close();
  }
}, 30_000);

it('asks Ollama and gateways whether a model calls functions', async () => {
  const signal = new AbortController().signal;
  const ollama = await startJsonServer({
    'GET /v1/models': { data: [{ id: 'm' }] },
    'POST /api/show': { model_info: { 'x.context_length': 8192 }, capabilities: ['completion'] },
  });
  const gateway = await startJsonServer({
    'GET /v1/models': { data: [{ id: 'm', context_length: 8192, supported_parameters: ['tools', 'seed'] }] },
  });
  const silent = await startJsonServer({ 'GET /v1/models': { data: [{ id: 'm' }] } });
  try {
    const ask = (url: string) => callsFunctions(`${url}/v1`, 'm', undefined, signal);
    expect(await Promise.all([ask(ollama.url), ask(gateway.url), ask(silent.url)])).toEqual([
      false,
      true,
      undefined,
    ]);
  } finally {
    await Promise.all([ollama.close(), gateway.close(), silent.close()]);
  }
});

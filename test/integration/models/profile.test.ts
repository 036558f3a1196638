import { afterEach, describe, expect, it } from 'vitest';
import type { OpenAIModelOptions } from '../../../src/models/modelOptions';
import { OpenAIModel } from '../../../src/models/openaiModel';
import { detectOllama, listModels } from '../../../src/models/presets';
import { type JsonServer, type Route, startJsonServer } from '../../support/jsonServer';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});
const signal = new AbortController().signal;

async function serve(routes: Readonly<Record<string, Route>>): Promise<JsonServer> {
  const server = await startJsonServer(routes);
  closing.push(server.close);
  return server;
}

function model(server: { url: string }, options: Partial<OpenAIModelOptions> = {}): OpenAIModel {
  return new OpenAIModel({ provider: 'custom', baseUrl: `${server.url}/v1`, model: 'qwen3', ...options });
}

const list = (entry: object) => ({
  'GET /v1/models': { data: [{ id: 'other' }, { id: 'qwen3', ...entry }] },
});
const never: Route = () => undefined;

describe('window size', () => {
  it.each([
    ['vLLM', list({ max_model_len: 40_960 }), 40_960],
    ['OpenRouter', list({ context_length: 131_072, top_provider: { context_length: 65_536 } }), 65_536],
    ['a gateway', list({ max_context_length: 32_000 }), 32_000],
    ['llama.cpp', { ...list({}), 'GET /props': { default_generation_settings: { n_ctx: 16_384 } } }, 16_384],
    [
      'LM Studio',
      {
        ...list({}),
        'GET /api/v0/models': {
          data: [{ id: 'qwen3', max_context_length: 99_999, loaded_context_length: 12_288 }],
        },
      },
      12_288,
    ],
  ])('is asked from %s, once', async (_, routes, windowTokens) => {
    const server = await serve(routes);
    const asked = model(server);
    expect(await asked.profile(signal)).toEqual({ windowTokens, windowSource: 'endpoint' });
    const requests = server.asked.length;
    expect(await asked.profile(signal)).toEqual({ windowTokens, windowSource: 'endpoint' });
    expect(server.asked).toHaveLength(requests);
  });

  const ollama = (parameters?: string) => ({
    ...list({}),
    'POST /api/show': { model_info: { 'qwen3.context_length': 262_144 }, ...(parameters && { parameters }) },
  });

  it('is what Ollama allocates, not what the model was trained for', async () => {
    expect((await model(await serve(ollama())).profile(signal)).windowTokens).toBe(4_096);
    const set = await serve(ollama('stop "<|im_end|>"\nnum_ctx                        24576'));
    expect((await model(set).profile(signal)).windowTokens).toBe(24_576);
  });

  it('is asked from Ollama again until the model is loaded', async () => {
    const running: { models: object[] } = { models: [] };
    const server = await serve({ ...ollama(), 'GET /api/ps': running });
    const asked = model(server);
    expect((await asked.profile(signal)).windowTokens).toBe(4_096);
    running.models.push({ name: 'qwen3:latest', context_length: 65_536 });
    expect((await asked.profile(signal)).windowTokens).toBe(65_536);
  });

  it('is the smaller of endpoint and setting', async () => {
    const server = await serve(list({ max_model_len: 16_000 }));
    expect(await model(server, { windowTokens: 8_000 }).profile(signal)).toEqual({
      windowTokens: 8_000,
      windowSource: 'setting',
    });
    expect(await model(server, { windowTokens: 99_000 }).profile(signal)).toEqual({
      windowTokens: 16_000,
      windowSource: 'endpoint',
    });
  });

  it('is the setting, else assumed, when the endpoint does not tell', async () => {
    const server = await serve(list({}));
    expect(await model(server, { windowTokens: 50_000 }).profile(signal)).toEqual({
      windowTokens: 50_000,
      windowSource: 'setting',
    });
    expect(await model(server).profile(signal)).toEqual({ windowTokens: 8_192, windowSource: 'assumed' });
    const without = await serve({});
    expect(await model(without).profile(signal)).toEqual({ windowTokens: 8_192, windowSource: 'assumed' });
  });

  it('is not waited for longer than three seconds; what did answer counts', async () => {
    const slow = await serve({ 'GET /v1/models': never });
    const before = performance.now();
    expect(await model(slow).profile(signal)).toEqual({ windowTokens: 8_192, windowSource: 'assumed' });
    expect(performance.now() - before).toBeLessThan(4_000);
    const partly = await serve({ ...list({ max_model_len: 20_000 }), 'GET /props': never });
    expect((await model(partly).profile(signal)).windowTokens).toBe(20_000);
  });

  it('is not assumed small when the endpoint is down: the queue would be evicted for nothing', async () => {
    const server = await serve({});
    const down = { url: server.url };
    await server.close();
    await expect(model(down).profile(signal)).rejects.toMatchObject({ kind: 'network' });
    expect((await model(down, { windowTokens: 9_000 }).profile(signal)).windowTokens).toBe(9_000);
  });

  it('is not asked for when cancelled', async () => {
    await expect(
      model(await serve({ 'GET /v1/models': never })).profile(AbortSignal.timeout(50)),
    ).rejects.toMatchObject({
      kind: 'cancelled',
    });
  });
});

describe('presets', () => {
  it('finds the models of an Ollama, or none', async () => {
    const server = await serve({ 'GET /api/tags': { models: [{ name: 'qwen3:8b' }, { name: 'gemma3' }] } });
    expect(await detectOllama(signal, server.url)).toEqual(['qwen3:8b', 'gemma3']);
    expect(await detectOllama(signal, (await serve({})).url)).toBeUndefined();
    const before = performance.now();
    expect(await detectOllama(signal, (await serve({ 'GET /api/tags': never })).url)).toBeUndefined();
    expect(performance.now() - before).toBeLessThan(2_500);
  });

  it('lists the models of an endpoint, with its key', async () => {
    const keys: (string | undefined)[] = [];
    const server = await serve({
      'GET /v1/models': (request, response) => {
        keys.push(request.headers.authorization);
        response.end(JSON.stringify({ data: [{ id: 'b' }, { id: 'a' }, { nonsense: true }] }));
      },
    });
    expect(await listModels(`${server.url}/v1/`, 'sk-1', signal)).toEqual(['a', 'b']);
    expect(await listModels(`${server.url}/v1`, undefined, signal)).toEqual(['a', 'b']);
    expect(keys).toEqual(['Bearer sk-1', undefined]);
  });

  it('says what is wrong with an endpoint that has no list', async () => {
    const server = await serve({ 'GET /v1/models': [] });
    await expect(listModels(server.url, undefined, signal)).rejects.toMatchObject({ kind: 'badResponse' });
    await expect(listModels(`${server.url}/v1`, undefined, signal)).rejects.toMatchObject({
      kind: 'badResponse',
    });
  });
});

import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FunctionSchema } from '../../../src/engine/chat';
import { ModelError } from '../../../src/engine/errors';
import type { ModelRequest } from '../../../src/engine/ports';
import type { OpenAIModelOptions } from '../../../src/models/modelOptions';
import { OpenAIModel } from '../../../src/models/openaiModel';
import { startJsonServer } from '../../support/jsonServer';
import { ask, collect } from '../../support/modelEvents';
import { answer, script } from '../../support/modelServer/policies';
import {
  type ModelServer,
  type ModelServerOptions,
  startModelServer,
} from '../../support/modelServer/startModelServer';

const KEY = 'sk-secret-0123456789abcdef';
const READ_FILE: FunctionSchema = {
  name: 'read_file',
  description: 'Reads a file.',
  parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
};
const LONG_TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(8).trim();

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function start(
  options: Partial<ModelServerOptions> = {},
  model: Partial<OpenAIModelOptions> = {},
): Promise<{ server: ModelServer; model: OpenAIModel }> {
  const server = await startModelServer({ window: 8_192, policy: answer(LONG_TEXT), ...options });
  closing.push(server.close);
  return {
    server,
    model: new OpenAIModel({
      provider: 'custom',
      baseUrl: server.url,
      model: 'test-model',
      apiKey: KEY,
      ...model,
    }),
  };
}

function modelError(error: unknown): ModelError {
  expect(error).toBeInstanceOf(ModelError);
  return error as ModelError;
}

describe('streaming', () => {
  it('yields the text in pieces, then the end with the usage the server counted', async () => {
    const { server, model } = await start();
    const got = await collect(model, ask('hello'));
    expect(got.error).toBeUndefined();
    expect(got.text).toBe(LONG_TEXT);
    expect(got.textEvents).toBeGreaterThan(3);
    expect(got.finish).toEqual({
      type: 'finish',
      reason: 'stop',
      usage: {
        promptTokens: server.requests[0]?.promptTokens,
        completionTokens: expect.any(Number),
        cachedTokens: 0,
      },
    });
  });

  it('joins parallel calls from their fragments', async () => {
    const { model } = await start({ policy: script });
    const question = 'Go [[call read_file {"path":"src/äöü 😀.ts"}]][[call read_file {"path":"b.ts"}]]';
    const got = await collect(model, ask(question, [READ_FILE]));
    expect(got.calls.map(({ name, arguments: text }) => [name, JSON.parse(text)])).toEqual([
      ['read_file', { path: 'src/äöü 😀.ts' }],
      ['read_file', { path: 'b.ts' }],
    ]);
    expect(new Set(got.calls.map(({ id }) => id)).size).toBe(2);
    expect(got.finish?.reason).toBe('toolCalls');
  });

  it('maps messages one to one and sends the same bytes for the same request', async () => {
    const { server, model } = await start();
    const request: ModelRequest = {
      messages: [
        { role: 'system', content: 'rules' },
        { role: 'user', content: 'question' },
        {
          role: 'assistant',
          content: '',
          toolCalls: [
            { id: 'a1', name: 'read_file', arguments: '{"path": "x"}' },
            { id: 'a2', name: 'read_file', arguments: '{"path": "cut' },
          ],
        },
        { role: 'tool', callId: 'a1', content: 'text of x' },
        { role: 'tool', callId: 'a2', content: 'not JSON' },
      ],
      functions: [READ_FILE],
      maxOutputTokens: 99,
    };
    await collect(model, request);
    await collect(model, structuredClone(request));
    const [first, second] = server.requests;
    expect(first?.raw.equals(second?.raw as Buffer)).toBe(true);
    expect(first?.body.max_tokens).toBe(99);
    expect(first?.body.messages).toEqual([
      { role: 'system', content: 'rules' },
      { role: 'user', content: 'question' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'a1', type: 'function', function: { name: 'read_file', arguments: '{"path": "x"}' } },
          // Servers that parse past arguments would refuse the conversation for ever.
          {
            id: 'a2',
            type: 'function',
            function: { name: 'read_file', arguments: '{"invalid_arguments":"{\\"path\\": \\"cut"}' },
          },
        ],
      },
      { role: 'tool', tool_call_id: 'a1', content: 'text of x' },
      { role: 'tool', tool_call_id: 'a2', content: 'not JSON' },
    ]);
    expect(second?.cachedTokens).toBe(second?.promptTokens);
  });

  it('says when the answer was cut off at the output limit', async () => {
    const { model } = await start();
    const got = await collect(model, { ...ask('hello'), maxOutputTokens: 5 });
    expect(got.finish?.reason).toBe('length');
    expect(LONG_TEXT.startsWith(got.text)).toBe(true);
  });

  it('hands malformed arguments and unknown functions on: the engine answers them', async () => {
    const { server, model } = await start();
    server.misbehave({ kind: 'malformedArguments' }, { kind: 'unknownFunction' });
    const malformed = await collect(model, ask('x', [READ_FILE]));
    expect(malformed.calls[0]?.arguments).toBe('{"path": "src/');
    const unknown = await collect(model, ask('x', [READ_FILE]));
    expect(unknown.calls[0]?.name).toBe('no_such_function');
  });

  it('sends no key when there is none', async () => {
    const authorizations: (string | undefined)[] = [];
    const server = await startJsonServer({
      'POST /v1/chat/completions': (request, response) => {
        authorizations.push(request.headers.authorization);
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(
          'data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
        );
      },
    });
    closing.push(server.close);
    process.env.OPENAI_API_KEY = 'sk-from-the-environment';
    try {
      const model = new OpenAIModel({ provider: 'ollama', baseUrl: `${server.url}/v1/`, model: 'm' });
      expect(await collect(model, ask('x'))).toMatchObject({
        text: 'hi',
        finish: { type: 'finish', reason: 'stop' },
      });
    } finally {
      delete process.env.OPENAI_API_KEY;
    }
    expect(authorizations).toEqual([undefined]);
  });
});

describe('servers that do not know a parameter', () => {
  it('leaves out stream_options, from then on', async () => {
    const { server, model } = await start({ unknownParameters: ['stream_options'] });
    expect(await collect(model, ask('a'))).toMatchObject({ text: LONG_TEXT, finish: { reason: 'stop' } });
    expect((await collect(model, ask('b'))).error).toBeUndefined();
    expect(server.requests.map(({ status }) => status)).toEqual([400, 200, 200]);
  });

  it('asks OpenAI for max_completion_tokens and falls back to max_tokens', async () => {
    const { server, model } = await start(
      { unknownParameters: ['max_completion_tokens'] },
      { provider: 'openai' },
    );
    expect((await collect(model, ask('a'))).text).toBe(LONG_TEXT);
    expect(server.requests.map(({ body }) => [body.max_completion_tokens, body.max_tokens])).toEqual([
      [256, undefined],
      [undefined, 256],
    ]);
  });

  it('gives up when neither form is known', async () => {
    const { server, model } = await start({ unknownParameters: ['max_completion_tokens', 'max_tokens'] });
    expect(modelError((await collect(model, ask('a'))).error).kind).toBe('badResponse');
    expect(server.requests.length).toBeLessThanOrEqual(3);
  });
});

describe('failures', () => {
  it('waits as long as Retry-After says, then succeeds', async () => {
    const { server, model } = await start();
    server.misbehave({ kind: 'rateLimit', retryAfterSeconds: 1 });
    const before = performance.now();
    expect((await collect(model, ask('x'))).text).toBe(LONG_TEXT);
    expect(performance.now() - before).toBeGreaterThan(950);
    expect(server.requests).toHaveLength(2);
  });

  it('does not wait longer than half a minute', async () => {
    const { server, model } = await start();
    server.misbehave({ kind: 'rateLimit', retryAfterSeconds: 120 });
    const error = modelError((await collect(model, ask('x'))).error);
    expect(error).toMatchObject({ kind: 'rateLimit', details: { retryAfterMs: 120_000 } });
    expect(error.nextStep).toContain('120 s');
    expect(server.requests).toHaveLength(1);
  });

  it('repeats after 5xx and a reset connection, with back-off', async () => {
    const { server, model } = await start();
    server.misbehave({ kind: 'serverError', status: 500 }, { kind: 'reset' });
    const before = performance.now();
    expect((await collect(model, ask('x'))).text).toBe(LONG_TEXT);
    expect(performance.now() - before).toBeGreaterThan(1_000);
    expect(server.requests.map(({ status }) => status)).toEqual([500, 0, 200]);
  });

  it('reports a stream cut in the middle after the text that arrived, and does not repeat the request', async () => {
    const { server, model } = await start();
    server.misbehave({ kind: 'cutStream', afterEvents: 4 });
    const got = await collect(model, ask('x'));
    expect(got.text).not.toBe('');
    expect(LONG_TEXT.startsWith(got.text)).toBe(true);
    expect(got.finish).toBeUndefined();
    expect(modelError(got.error).kind).toBe('network');
    expect(server.requests).toHaveLength(1);
  });

  it('repeats a stream that was cut before anything was emitted', async () => {
    const { server, model } = await start();
    server.misbehave({ kind: 'cutStream', afterEvents: 1 });
    expect((await collect(model, ask('x'))).text).toBe(LONG_TEXT);
    expect(server.requests).toHaveLength(2);
  });

  it('reports a request that is too long, counted by the server, and its window', async () => {
    const { server, model } = await start({ window: 300 });
    const error = modelError((await collect(model, ask('word '.repeat(400)))).error);
    expect(error.kind).toBe('contextLength');
    expect(error.message).toContain('300 tokens');
    expect(server.requests[0]).toMatchObject({ overWindow: true, status: 400 });
    expect(server.requests).toHaveLength(1);
  });

  it('recognises a length error sent inside the stream', async () => {
    const { server, model } = await start();
    server.misbehave({
      kind: 'errorInStream',
      afterEvents: 1,
      message: "This model's maximum context length is 10 tokens.",
    });
    expect(modelError((await collect(model, ask('x'))).error).kind).toBe('contextLength');
  });

  it('never shows the key, even if the server echoes it', async () => {
    const { model } = await start({ apiKey: 'another' });
    const error = modelError((await collect(model, ask('x'))).error);
    expect(error.kind).toBe('auth');
    expect(error.nextStep).toContain('Set API Key');
    const everything = `${error.message} ${error.nextStep} ${String(error.cause)} ${error.stack} ${JSON.stringify(error)}`;
    expect(everything).toContain('[key]');
    expect(everything).not.toContain(KEY);
  });

  it('does not repeat a request that failed after a long time', async () => {
    const { server, model } = await start();
    server.misbehave({ kind: 'serverError', status: 504 });
    const now = performance.now.bind(performance);
    const clock = vi
      .spyOn(performance, 'now')
      .mockImplementation(() => now() + server.requests.length * 61_000);
    const got = await collect(model, ask('x'));
    clock.mockRestore();
    expect(modelError(got.error).kind).toBe('network');
    expect(server.requests).toHaveLength(1);
  });

  it('does not repeat a request without credit', async () => {
    const { server, model } = await start();
    server.misbehave({ kind: 'quota' });
    expect(modelError((await collect(model, ask('x'))).error).kind).toBe('quota');
    expect(server.requests).toHaveLength(1);
  });

  it('names a model that cannot call functions', async () => {
    const { server, model } = await start();
    server.misbehave({ kind: 'noTools' });
    const error = modelError((await collect(model, ask('x', [READ_FILE]))).error);
    expect(error).toMatchObject({ kind: 'badResponse', nextStep: expect.stringContaining('tool calling') });
    expect(error.message).toContain('test-model');
  });

  it('says that nothing answers at an address', async () => {
    const { server, model } = await start();
    await server.close();
    const error = modelError((await collect(model, ask('x'))).error);
    expect(error.kind).toBe('network');
    expect(error.message).toContain('Nothing answers at 127.0.0.1');
  });

  it('recognises a web page where an API was expected', async () => {
    const page = await startJsonServer({
      'POST /chat/completions': (_, response) => {
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<html>Welcome</html>');
      },
    });
    closing.push(page.close);
    const model = new OpenAIModel({ provider: 'custom', baseUrl: page.url, model: 'm' });
    const error = modelError((await collect(model, ask('x'))).error);
    expect(error).toMatchObject({ kind: 'badResponse', nextStep: expect.stringContaining('/v1') });
  });
});

describe('cancelling', () => {
  it('stops a stream at once and closes the connection', async () => {
    const { server, model } = await start();
    server.misbehave({ kind: 'slowStream', delayMs: 40 });
    const stop = new AbortController();
    let text = '';
    const reading = (async () => {
      for await (const event of model.stream(ask('x'), stop.signal)) {
        if (event.type !== 'text') continue;
        text += event.text;
        stop.abort();
      }
    })();
    await expect(reading).rejects.toMatchObject({ kind: 'cancelled' });
    expect(text).not.toBe('');
    expect(text.length).toBeLessThan(LONG_TEXT.length);
    await expect.poll(() => server.requests[0]?.abandoned).toBe(true);
  });

  it('closes the connection when the reader stops reading', async () => {
    const { server, model } = await start();
    server.misbehave({ kind: 'slowStream', delayMs: 40 });
    for await (const event of model.stream(ask('x'), new AbortController().signal)) {
      if (event.type === 'text') break;
    }
    await expect.poll(() => server.requests[0]?.abandoned).toBe(true);
  });

  it('stops waiting for the next attempt', async () => {
    const { server, model } = await start();
    server.misbehave({ kind: 'rateLimit', retryAfterSeconds: 20 });
    const stop = new AbortController();
    const before = performance.now();
    setTimeout(() => stop.abort(), 150);
    expect(modelError((await collect(model, ask('x'), stop.signal)).error).kind).toBe('cancelled');
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(server.requests).toHaveLength(1);
  });

  it('leaves no listener behind on a signal that outlives the request', async () => {
    const { model } = await start();
    const { signal } = new AbortController();
    expect((await collect(model, ask('x'), signal)).error).toBeUndefined();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('sends nothing when it is cancelled already', async () => {
    const { server, model } = await start();
    expect(modelError((await collect(model, ask('x'), AbortSignal.abort())).error).kind).toBe('cancelled');
    expect(server.requests).toHaveLength(0);
  });
});

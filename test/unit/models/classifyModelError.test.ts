import { describe, expect, it } from 'vitest';
import { ModelError } from '../../../src/engine/errors';
import { cancelled, classifyModelError } from '../../../src/models/classifyModelError';

const origin = { baseUrl: 'http://127.0.0.1:8000/v1', model: 'qwen3' };

/** As the client library reports a refusal. */
function refused(status: number | undefined, error: unknown, headers: Record<string, string> = {}) {
  return Object.assign(new Error(`${status} refused`), { status, error, headers: new Headers(headers) });
}

function network(code: string) {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(`connect ${code}`), { code }) });
}

describe('classifyModelError', () => {
  it.each([
    [
      'OpenAI',
      400,
      { code: 'context_length_exceeded', message: "This model's maximum context length is 8192 tokens." },
    ],
    [
      'llama.cpp',
      400,
      {
        type: 'exceed_context_size_error',
        message: 'request (4390 tokens) exceeds the available context size (4096 tokens), try increasing it',
      },
    ],
    ['llama.cpp, earlier', 500, { type: 'server_error', message: 'Context size has been exceeded.' }],
    ['Ollama', 400, { message: 'the input length exceeds the context length' }],
    [
      'vLLM',
      400,
      {
        type: 'BadRequestError',
        message: 'The decoder prompt (length 9000) is longer than the maximum model length of 4096.',
      },
    ],
    [
      'vLLM, output',
      400,
      {
        message:
          "'max_tokens' or 'max_completion_tokens' is too large: 500. This model's maximum context length is 4096 tokens and your request has 4000 input tokens.",
      },
    ],
    [
      'LM Studio',
      400,
      {
        message:
          'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens',
      },
    ],
    [
      'LM Studio, newer',
      400,
      { message: 'The number of tokens to keep from the initial prompt is greater than the context length.' },
    ],
    [
      'Gemini',
      400,
      { message: 'The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).' },
    ],
    ['a gateway in front of Claude', 400, { message: 'prompt is too long: 210000 tokens > 200000 maximum' }],
    [
      'an error in the stream',
      undefined,
      { code: 400, message: "This model's maximum context length is 10 tokens" },
    ],
    [
      'a per-minute limit below one request',
      429,
      {
        code: 'rate_limit_exceeded',
        message: 'Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 40000.',
      },
    ],
    ['a proxy', 413, { message: 'Payload Too Large' }],
  ])('recognises a request that is too long: %s', (_, status, error) => {
    expect(classifyModelError(refused(status, error), origin).kind).toBe('contextLength');
  });

  it.each([
    ['auth', 401, { message: 'bad key' }],
    ['auth', 403, { message: 'not allowed' }],
    ['auth', 400, { message: 'API key not valid. Please pass a valid API key.' }],
    ['quota', 429, { code: 'insufficient_quota', message: 'You exceeded your current quota' }],
    ['quota', 402, { message: 'Insufficient Balance' }],
    ['rateLimit', 429, { message: 'slow down' }],
    ['rateLimit', undefined, { code: 429, message: 'Provider returned error' }],
    ['network', 500, { message: 'oops' }],
    ['network', 503, undefined],
    ['network', undefined, { code: 502, message: 'upstream' }],
    ['badResponse', 400, { message: 'max_tokens must be positive' }],
    ['badResponse', 404, { message: 'model "qwen3" not found, try pulling it first' }],
    ['badResponse', 422, 'just a text'],
  ])('%s from status %s', (kind, status, error) => {
    expect(classifyModelError(refused(status, error), origin).kind).toBe(kind);
  });

  it('takes a used-up quota with a date to try again for a rate limit', () => {
    const error = refused(429, { message: 'You exceeded your current quota.' }, { 'retry-after': '7' });
    expect(classifyModelError(error, origin)).toMatchObject({
      kind: 'rateLimit',
      details: { retryAfterMs: 7_000 },
    });
    expect(
      classifyModelError(refused(429, { message: 'You exceeded your current quota.' }), origin).kind,
    ).toBe('quota');
  });

  it('reads Retry-After as seconds, as a date and in milliseconds', () => {
    const wait = (headers: Record<string, string>) =>
      classifyModelError(refused(429, {}, headers), origin).details.retryAfterMs;
    expect(wait({ 'retry-after': '1.5' })).toBe(1_500);
    expect(wait({ 'retry-after-ms': '250', 'retry-after': '9' })).toBe(250);
    expect(wait({ 'retry-after': new Date(Date.now() + 60_000).toUTCString() })).toBeGreaterThan(50_000);
    expect(wait({ 'retry-after': 'soon' })).toBeUndefined();
    expect(wait({})).toBeUndefined();
  });

  it.each([
    'ECONNREFUSED',
    'ENOTFOUND',
    'ECONNRESET',
    'UND_ERR_SOCKET',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'EAI_AGAIN',
  ])('recognises a network failure: %s', (code) => {
    expect(classifyModelError(network(code), origin).kind).toBe('network');
  });

  it('finds the reason inside the errors of several addresses', () => {
    const each = Object.assign(new Error('connect ECONNREFUSED ::1:8000'), { code: 'ECONNREFUSED' });
    const error = new TypeError('fetch failed', { cause: new AggregateError([each, each]) });
    expect(classifyModelError(error, origin).message).toBe('Nothing answers at 127.0.0.1:8000.');
  });

  it('is a cancellation whatever went wrong, when the signal says so', () => {
    const signal = AbortSignal.abort();
    expect(classifyModelError(refused(500, {}), { ...origin, signal }).kind).toBe('cancelled');
    expect(cancelled().kind).toBe('cancelled');
  });

  it('hands a ModelError on as it is', () => {
    const error = new ModelError('quota', 'a', 'b');
    expect(classifyModelError(error, origin)).toBe(error);
  });

  it('always says what to do next, on one line of bounded length', () => {
    const errors = [
      refused(401, { message: 'x'.repeat(5_000) }),
      refused(429, {}),
      refused(402, {}),
      refused(413, {}),
      refused(500, { message: '<html>\n<body>' }),
      refused(404, {}),
      refused(400, { message: 'registry.ollama.ai/library/gemma does not support tools' }),
      network('ENOTFOUND'),
      new SyntaxError('Unexpected token <'),
      'a string',
      undefined,
      null,
    ];
    for (const error of errors) {
      const { message, nextStep } = classifyModelError(error, origin);
      expect(nextStep).toMatch(/\.$/);
      expect(message.length).toBeLessThan(500);
      expect(message).not.toContain('\n');
    }
  });

  it.each([
    'registry.ollama.ai/library/gemma:2b does not support tools',
    'tools param requires --jinja flag',
    '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
    'No endpoints found that support tool use.',
  ])('names the way out for a model without tools: %s', (message) => {
    const error = classifyModelError(refused(400, { message }), origin);
    expect(error.kind).toBe('badResponse');
    expect(error.nextStep).toContain('tool calling');
  });

  it('removes keys, the given one and what looks like one', () => {
    const error = refused(401, { message: 'Incorrect API key provided: very secret, or sk-proj-****abcd.' });
    const { message } = classifyModelError(error, { ...origin, apiKey: 'very secret' });
    expect(message).toContain('provided: [key], or [key]');
  });
});

it.each([
  ["This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.", 8192],
  ['the request exceeds the available context size (4096 tokens), try increasing it', 4096],
  ['Prompt contains 40000 tokens, too large for model with 32,768 maximum context length', 32_768],
  ['prompt is too long', undefined],
])('takes the window out of a refusal that names it: %s', (message, windowTokens) => {
  const error = classifyModelError(
    { status: 400, error: { message }, message },
    { baseUrl: 'http://127.0.0.1:1/v1' },
  );
  expect(error.kind).toBe('contextLength');
  expect(error.details.windowTokens).toBe(windowTokens);
});

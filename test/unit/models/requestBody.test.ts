import { describe, expect, it } from 'vitest';
import type { ModelRequest } from '../../../src/engine/ports';
import { requestBody } from '../../../src/models/requestBody';

const request: ModelRequest = {
  messages: [{ role: 'user', content: 'question' }],
  functions: [{ name: 'f', description: 'd', parameters: { type: 'object' } }],
  maxOutputTokens: 10,
};

describe('requestBody', () => {
  it('writes the stable parts first and everything that varies after them', () => {
    const body = JSON.stringify(
      requestBody('m', request, { streamOptions: true, outputLimit: 'max_tokens', returnsReasoning: false }),
    );
    expect(body).toBe(
      '{"model":"m","tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}],' +
        '"messages":[{"role":"user","content":"question"}],"stream":true,"stream_options":{"include_usage":true},"max_tokens":10}',
    );
  });

  it('leaves out what the endpoint does not know, and an empty list of tools', () => {
    const body = requestBody(
      'm',
      { ...request, functions: [] },
      { streamOptions: false, outputLimit: 'max_completion_tokens', returnsReasoning: false },
    );
    expect(Object.keys(body)).toEqual(['model', 'messages', 'stream', 'max_completion_tokens']);
  });

  it('keeps text beside calls, and wraps arguments of past calls that are no JSON object', () => {
    const past = (text: string) =>
      requestBody(
        'm',
        {
          ...request,
          messages: [
            {
              role: 'assistant',
              content: 'Let me see.',
              toolCalls: [{ id: 'i', name: 'f', arguments: text }],
            },
          ],
        },
        { streamOptions: false, outputLimit: 'max_tokens', returnsReasoning: false },
      ).messages[0];
    expect(past('{ "a": 1 }')).toMatchObject({
      content: 'Let me see.',
      tool_calls: [{ function: { arguments: '{ "a": 1 }' } }],
    });
    for (const text of ['{"a"', '[1]', '"x"', 'null', '']) {
      expect(past(text)).toMatchObject({
        tool_calls: [{ function: { arguments: JSON.stringify({ invalid_arguments: text }) } }],
      });
    }
  });
});

import { countTokens as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { afterEach, describe, expect, it } from 'vitest';
import type { ChatRequest, Policy } from '../../support/modelServer/chatProtocol';
import { answer, reader, researcher, script, summariser } from '../../support/modelServer/policies';
import {
  type ModelServer,
  type ModelServerOptions,
  startModelServer,
} from '../../support/modelServer/startModelServer';

let server: ModelServer;
afterEach(() => server?.close());

async function start(options: Partial<ModelServerOptions> = {}): Promise<void> {
  server = await startModelServer({ window: 1_000, policy: answer('Fine.'), ...options });
}

async function post(body: ChatRequest): Promise<{ status: number; json: unknown }> {
  const response = await fetch(`${server.url}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return { status: response.status, json: await response.json() };
}

const user = (content: string) => ({ role: 'user', content }) as const;
const system = (content: string) => ({ role: 'system', content }) as const;

describe('the window', () => {
  it('counts messages, schemas and the output asked for, with another tokenizer than the client', async () => {
    await start({ window: 38 });
    const tool = { type: 'function', function: { name: 'f', description: 'does', parameters: {} } } as const;
    const messages = [user('Größenänderungsfähigkeit')];
    expect((await post({ model: 'm', messages, max_tokens: 5 })).status).toBe(200);
    const refused = await post({ model: 'm', messages, tools: [tool], max_tokens: 5 });
    const inMessages = cl100k('Größenänderungsfähigkeit') + 4 + 3;
    const inFunctions = cl100k(JSON.stringify(tool.function)) + 6;
    expect(refused).toEqual({
      status: 400,
      json: {
        error: {
          message:
            `This model's maximum context length is 38 tokens. However, you requested ${inMessages + inFunctions + 5} tokens ` +
            `(${inMessages} in the messages, ${inFunctions} in the functions, 5 in the completion). ` +
            'Please reduce the length of the messages, functions or completion.',
          type: 'invalid_request_error',
          param: 'messages',
          code: 'context_length_exceeded',
        },
      },
    });
    expect(server.requests.map(({ overWindow, promptTokens }) => [overWindow, promptTokens])).toEqual([
      [false, inMessages],
      [true, inMessages + inFunctions],
    ]);
  });

  it('is told by /v1/models unless it is to be kept secret', async () => {
    await start();
    const told = async () =>
      ((await (await fetch(`${server.url}/models`)).json()) as { data: object[] }).data[0];
    expect(await told()).toMatchObject({ id: 'test-model', max_model_len: 1_000 });
    await server.close();
    await start({ tellsWindow: false });
    expect(await told()).not.toHaveProperty('max_model_len');
  });
});

it('answers without a stream as well, with what was cached', async () => {
  await start();
  const messages = [system('The same beginning, every time, as long as need be.'), user('one')];
  await post({ model: 'm', messages });
  const { json } = await post({ model: 'm', messages: [...messages, user('two')] });
  const { promptTokens } = server.requests[1] ?? { promptTokens: 0 };
  const usage = {
    prompt_tokens: promptTokens,
    completion_tokens: 2,
    prompt_tokens_details: { cached_tokens: server.requests[1]?.cachedTokens },
  };
  expect(json).toMatchObject({ choices: [{ message: { content: 'Fine.' }, finish_reason: 'stop' }], usage });
  expect(server.requests[0]?.cachedTokens).toBe(0);
  expect(server.requests[1]?.cachedTokens).toBeGreaterThan(promptTokens / 2);
  expect(server.requests[1]?.cachedTokens).toBeLessThan(promptTokens);
});

it('keeps the bytes of each request', async () => {
  await start();
  const text = '{"messages":[{"role":"user","content":"ü"}],  "model":"m"}';
  await fetch(`${server.url}/chat/completions`, { method: 'POST', body: text });
  expect(server.requests[0]?.raw.toString('utf8')).toBe(text);
});

describe('policies', () => {
  const called = (id: string, name: string) =>
    ({
      role: 'assistant',
      content: null,
      tool_calls: [{ id, type: 'function', function: { name, arguments: '{}' } }],
    }) as const;
  const result = (id: string, content: string) => ({ role: 'tool', tool_call_id: id, content }) as const;
  const reply = (policy: Policy, ...messages: ChatRequest['messages']) => policy({ model: 'm', messages });

  it('script follows the markers of the last question, a step a request', async () => {
    const question = user(
      '[[call grep {"pattern":"x"}]][[call read_file {"path":"a"}]] [[then]] [[say Both done.]]',
    );
    expect(await reply(script, user('[[say old]]'), question)).toEqual({
      text: '',
      calls: [
        { name: 'grep', arguments: { pattern: 'x' } },
        { name: 'read_file', arguments: { path: 'a' } },
      ],
    });
    const since = [
      called('1', 'grep'),
      result('1', 'r'),
      user('<interrupt kind="fileChanged">\n</interrupt>'),
    ];
    expect(await reply(script, question, ...since)).toEqual({ text: 'Both done.', calls: [] });
    expect(await reply(script, question, ...since, called('2', 'x'))).toEqual({ text: 'Done.' });
  });

  it('researcher searches, reads and answers with links', async () => {
    const question = user('flush');
    expect((await reply(researcher, question)).calls).toEqual([
      { name: 'search_workspace', arguments: { query: 'flush' } },
    ]);
    const found = [
      question,
      called('1', 'search_workspace'),
      result('1', '2 places\n1. src/a.ts:1-2 f (score 1)'),
    ];
    expect((await reply(researcher, ...found)).calls).toEqual([
      { name: 'read_file', arguments: { path: 'src/a.ts', startLine: 1, endLine: 2 } },
    ]);
    const read = [...found, called('2', 'read_file'), result('2', 'file:x\n    1\tflush();')];
    const { text } = await reply(researcher, ...read);
    expect(text).toContain('[src/a.ts:1-2](src/a.ts#L1-L2)\n> 1\tflush();');
    expect(
      (await reply(researcher, question, called('1', 'search_workspace'), result('1', 'Nothing'))).text,
    ).toContain('nothing');
  });

  it('reader reads the files that are named', async () => {
    const question = user('Compare src/a.ts:10-20 with README.md.');
    expect((await reply(reader, question)).calls).toEqual([
      { name: 'read_file', arguments: { path: 'src/a.ts', startLine: 10, endLine: 20 } },
      { name: 'read_file', arguments: { path: 'README.md' } },
    ]);
    const { text } = await reply(reader, question, called('1', 'read_file'), result('1', 'a\nb'));
    expect(text).toBe('I read 1 files, 2 lines.');
  });

  it('summariser makes a short summary of the text it is given, and leaves other requests alone', async () => {
    const policy = summariser(answer('other'));
    const source = user(
      `<previous_summary>\n(none)\n</previous_summary>\n<leaving>\nuser: the port is 8080\n${'x'.repeat(9_000)}\n</leaving>`,
    );
    const { text } = await policy({
      model: 'm',
      messages: [system('Write a summary.'), source],
      max_tokens: 100,
    });
    expect(text).toMatch(/^Summary: user: the port is 8080 · x+$/);
    expect(text?.length).toBeLessThanOrEqual(200);
    expect(await policy({ model: 'm', messages: [system('Help.'), source] })).toEqual({ text: 'other' });
  });
});

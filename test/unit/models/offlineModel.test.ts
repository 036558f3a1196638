import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../src/engine/chat';
import type { ModelRequest } from '../../../src/engine/ports';
import { OfflineModel } from '../../../src/models/offlineModel';
import { collect } from '../../support/modelEvents';

const schema = (name: string) => ({ name, description: '', parameters: {} });
const ALL = ['search_workspace', 'read_file', 'grep', 'list_directory', 'pin_note', 'recall_search'].map(
  schema,
);

function request(messages: readonly ChatMessage[], functions = ALL): ModelRequest {
  return { messages: [{ role: 'system', content: 'rules' }, ...messages], functions, maxOutputTokens: 500 };
}

const user = (content: string): ChatMessage => ({ role: 'user', content });

describe('OfflineModel', () => {
  it('says what it is', async () => {
    const model = new OfflineModel();
    expect(model.generative).toBe(false);
    expect(await model.profile()).toEqual({ windowTokens: 32_768, windowSource: 'setting' });
    expect((await new OfflineModel(8_192).profile()).windowTokens).toBe(8_192);
  });

  it('decides by the request alone', async () => {
    const same = request([user('Where is flush?')]);
    const [first, second] = [
      await collect(new OfflineModel(), same),
      await collect(new OfflineModel(), same),
    ];
    expect(first.calls.map(({ arguments: text }) => text)).toEqual(
      second.calls.map(({ arguments: text }) => text),
    );
    expect(first.calls[0]?.id).not.toBe(second.calls[0]?.id);
  });

  it('takes no interrupt and no summary for a question', async () => {
    const interrupt = user('<interrupt kind="memoryPressure">\n70 % of the window is in use.\n</interrupt>');
    const got = await collect(new OfflineModel(), request([user('Where is flush?'), interrupt]));
    expect(JSON.parse(got.calls[0]?.arguments ?? '')).toEqual({ query: 'Where is flush?' });
    const lost = await collect(new OfflineModel(), request([user('<summary>\nold\n</summary>')]));
    expect(lost.text).toContain('ask it again');
  });

  it('quotes what the person has attached, though reading it again shows nothing new', async () => {
    const messages: ChatMessage[] = [
      user('flush in @a.ts'),
      user(
        '<interrupt kind="attached">\nAttached by the person to their message: a.ts\nfile:proj/a.ts#L1-L2@0123456789abcdef · lines 1-2 of 2\n    1\tflush();\n    2\tmore();\n</interrupt>',
      ),
      {
        role: 'assistant',
        content: '',
        toolCalls: [{ id: 'r1', name: 'read_file', arguments: '{"path":"a.ts","startLine":1,"endLine":2}' }],
      },
      {
        role: 'tool',
        callId: 'r1',
        content: '[tool:s/1 · 9 tokens]\nfile:proj/a.ts#L1-L2@0123456789abcdef is already in your window.',
      },
    ];
    expect((await collect(new OfflineModel(), request(messages))).text).toContain('```ts\nflush();');
  });

  it('answers instead of searching again when the search was evicted in the middle of the turn', async () => {
    const messages: ChatMessage[] = [
      user('flush'),
      {
        role: 'assistant',
        content: '',
        toolCalls: [{ id: 'r1', name: 'read_file', arguments: '{"path":"a.ts","startLine":1,"endLine":2}' }],
      },
      {
        role: 'tool',
        callId: 'r1',
        content:
          '[tool:s/1 · 9 tokens]\nfile:proj/a.ts#L1-L2@0123456789abcdef · lines 1-2 of 2\n    1\tflush();\n    2\tmore();',
      },
    ];
    const got = await collect(new OfflineModel(), request(messages));
    expect(got.calls).toEqual([]);
    expect(got.text).toContain('[a.ts:1-2](a.ts#L1-L2)\n\n```ts\nflush();\nmore();\n```');
  });

  it.each([
    ['Remember that we use tabs', 'pin_note'],
    ['pin: no default exports', 'pin_note'],
    ['Keep in mind the port is 8080', 'pin_note'],
    ['Do you remember the port?', 'recall_search'],
    ['What did I say about tabs?', 'recall_search'],
    ['remind me what we decided', 'recall_search'],
    ['How do we pin a page?', 'search_workspace'],
    ['Pin down where flush is called', 'search_workspace'],
    ['Should I remember this?', 'search_workspace'],
    ['', 'list_directory'],
  ])('understands “%s”', async (question, name) => {
    const first = await collect(new OfflineModel(), request([user(question)]));
    expect(first.calls[0]?.name).toBe(name);
  });

  it('does with the functions it is offered', async () => {
    const only = (name: string) =>
      collect(new OfflineModel(), request([user('Where is flushQueue?')], [schema(name)]));
    expect((await only('grep')).calls[0]?.name).toBe('grep');
    expect((await only('list_directory')).calls[0]?.name).toBe('list_directory');
    const none = await collect(new OfflineModel(), request([user('Where is flushQueue?')], []));
    expect(none).toMatchObject({ calls: [], finish: { reason: 'stop' } });
    expect(none.text).toContain('No language model is configured');
  });

  it('never fails, whatever results look like, and ends a turn within four steps', async () => {
    const line = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        '1. a.ts:1-3 x (score 1)',
        'a.ts:7: x',
        'file:p/a.ts#L1-L1@0123456789abcdef',
        '    1\tx',
        '[tool:s/1 · 2 tokens]',
      ),
    );
    const result = fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n'));
    await fc.assert(
      fc.asyncProperty(
        fc.string(),
        fc.array(result, { minLength: 16, maxLength: 16 }),
        async (question, results) => {
          const messages: ChatMessage[] = [user(question)];
          for (let step = 0; step < 5; step++) {
            const got = await collect(new OfflineModel(), request(messages));
            expect(got.error).toBeUndefined();
            if (got.calls.length === 0) {
              expect(got.text).not.toBe('');
              return;
            }
            messages.push({ role: 'assistant', content: '', toolCalls: got.calls });
            for (const call of got.calls)
              messages.push({ role: 'tool', callId: call.id, content: results.pop() ?? '' });
          }
          expect.unreachable('the turn did not end');
        },
      ),
    );
  });

  it('stops when cancelled', async () => {
    const got = await collect(new OfflineModel(), request([user('x')]), AbortSignal.abort());
    expect(got.error).toMatchObject({ kind: 'cancelled' });
  });
});

/** The callers of the benchmarks know the request and nothing else: what they do follows from what it shows. */
import { describe, expect, it } from 'vitest';
import { documentPrompt } from '../../../../src/cli/eval/tasks/documentQa';
import { kvNote, kvPrompt } from '../../../../src/cli/eval/tasks/nestedKv';
import { diligentReader, lazyReader } from '../../../bench/engine/callers/documentReader';
import { diligentKeyValue, lazyKeyValue } from '../../../bench/engine/callers/keyValue';
import { diligentRecaller, hasFact, lazyRecaller, listen } from '../../../bench/engine/callers/recaller';
import type { ChatRequest, ChatRequestMessage } from '../../../support/modelServer/chatProtocol';

const FUNCTIONS = ['archival_search', 'recall_search', 'pin_note', 'search_workspace', 'read_file', 'grep'];

function request(messages: readonly ChatRequestMessage[], functions = FUNCTIONS): ChatRequest {
  const tools = functions.map((name) => ({ type: 'function' as const, function: { name } }));
  return { model: 'm', messages, tools };
}

const user = (content: string): ChatRequestMessage => ({ role: 'user', content });

/** A call and its result. */
function called(name: string, args: object, content: string): ChatRequestMessage[] {
  const id = `${name}${JSON.stringify(args)}`;
  const call = { id, type: 'function' as const, function: { name, arguments: JSON.stringify(args) } };
  return [
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: id, content },
  ];
}

describe('key-value callers', () => {
  const [a = '', b = '', c = '', d = ''] = ['a', 'b', 'c', 'd'].map(
    (x) => `${x.repeat(8)}-0000-4000-8000-${x.repeat(12)}`,
  );
  const ask = user(kvPrompt(a));
  const search = (query: string, result: string, page?: number) =>
    called('archival_search', page === undefined ? { query } : { query, page }, result);

  it('follow values until one is found to be no key', () => {
    for (const caller of [diligentKeyValue, lazyKeyValue]) {
      const first = search(a, kvNote({ key: a, value: b }));
      const second = search(b, kvNote({ key: b, value: c }));
      expect(caller(request([ask])).calls).toEqual([{ name: 'archival_search', arguments: { query: a } }]);
      expect(caller(request([ask, ...first])).calls).toMatchObject([{ arguments: { query: b } }]);
      expect(caller(request([ask, ...first, ...second])).calls).toMatchObject([{ arguments: { query: c } }]);
      const last = search(c, `1 note\nnote:2 ${c} [resident]`);
      expect(caller(request([ask, ...first, ...second, ...last]))).toEqual({ text: c });
    }
  });

  it('differ where the pair is not the first hit, or on the next page', () => {
    const first = search(a, `${kvNote({ key: d, value: c })}\n${kvNote({ key: a, value: b })}`);
    expect(diligentKeyValue(request([ask, ...first])).calls).toMatchObject([{ arguments: { query: b } }]);
    expect(lazyKeyValue(request([ask, ...first]))).toEqual({ text: a });
    const elsewhere = search(a, `9 notes, page 1 of 2\n${kvNote({ key: d, value: c })}`);
    expect(diligentKeyValue(request([ask, ...elsewhere])).calls).toMatchObject([
      { arguments: { query: a, page: 2 } },
    ]);
  });

  it('answer from the window when there is nothing to search with', () => {
    expect(diligentKeyValue(request([user(kvNote({ key: a, value: b })), ask], []))).toEqual({ text: b });
  });
});

describe('recallers', () => {
  const question = 'On which port can one reach Amber Anchor?';
  const results = (text: string) =>
    called('recall_search', { query: question }, `2 messages\nmsg:s/1 user\n  ${text}`);

  it('pin what is to be kept in view, and listen otherwise', () => {
    const told = user(
      'Good day. Keep this in view for good: Since the move Amber Anchor listens at 4711. So much for that.',
    );
    expect(listen(request([told])).calls).toEqual([
      { name: 'pin_note', arguments: { text: 'Since the move Amber Anchor listens at 4711.' } },
    ]);
    expect(listen(request([told, ...called('pin_note', { text: 'x' }, 'Pinned.')])).calls).toBeUndefined();
  });

  it('search until a sentence has the kind of value asked for; the lazy one takes the first that names it', () => {
    const chat = results('I dreamt of Amber Anchor again.');
    expect(diligentRecaller(request([user(question), ...chat])).calls).toMatchObject([
      { arguments: { query: 'Amber Anchor' } },
    ]);
    expect(lazyRecaller(request([user(question), ...chat])).text).toBe('I dreamt of Amber Anchor again.');
    const fact = results('Hm. Since the move Amber Anchor listens at 4711. Hm.');
    expect(diligentRecaller(request([user(question), ...fact])).text).toBe(
      'Since the move Amber Anchor listens at 4711.',
    );
  });

  it('find a fact only in one sentence', () => {
    expect(hasFact('Amber Anchor listens at 4711.', 'Amber Anchor', '4711')).toBe(true);
    expect(hasFact('Amber Anchor is late. Dial 4711.', 'Amber Anchor', '4711')).toBe(false);
  });
});

describe('document readers', () => {
  const prompt = user(
    documentPrompt({ gold: 0, cloze: 'falcons often _____ near water', answer: 'nest' }, 'k1'),
  );
  const hits = called(
    'search_workspace',
    { query: 'q' },
    '2 places; read_file shows the lines\n1. k1/1.md:1-4 (score 2)\n   3: falcons often nest near water\n2. k1/2.md:1-9 (score 1)',
  );
  const page = (path: string, text: string) =>
    called(
      'read_file',
      { path },
      `file:proj/${path}#L1-L2@0123456789abcdef · lines 1-2\n    1\t# Birds\n    2\t${text}`,
    );

  it('differ in what they take a quotation for', () => {
    expect(lazyReader(request([prompt, ...hits]))).toEqual({ text: 'nest' });
    expect(diligentReader(request([prompt, ...hits])).calls).toEqual([
      { name: 'read_file', arguments: { path: 'k1/1.md' } },
    ]);
    const read = page('k1/1.md', 'Some falcons often\n    3\tnest near water.');
    expect(diligentReader(request([prompt, ...hits, ...read]))).toEqual({ text: 'nest' });
  });

  it('read on, then search on, then look for the exact text; what has left an address was read', () => {
    const first = page('k1/1.md', 'Nothing.');
    expect(diligentReader(request([prompt, ...hits, ...first])).calls).toMatchObject([
      { arguments: { path: 'k1/2.md' } },
    ]);
    const stubs = user('<evicted>\n- file:proj/k1/2.md#L1-L9@0123456789abcdef (80 tokens)\n</evicted>');
    expect(diligentReader(request([stubs, prompt, ...hits, ...first])).calls).toMatchObject([
      { name: 'search_workspace', arguments: { page: 2, glob: 'k1/**' } },
    ]);
    const none = called('search_workspace', { query: 'q', page: 2 }, 'There is no page 2.');
    expect(diligentReader(request([stubs, prompt, ...hits, ...first, ...none])).calls).toEqual([
      { name: 'grep', arguments: { pattern: 'falcons often', glob: 'k1/**' } },
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelRequest } from '../../../src/engine/ports';
import { type QueueEntry, renderEntry } from '../../../src/engine/queueEntries';
import { Summarizer } from '../../../src/engine/Summarizer';
import { inProcessTokenCounter as counter } from '../../support/inProcessTokenCounter';

const never = new AbortController().signal;
const summarizer = new Summarizer(counter);

function said(...texts: string[]): QueueEntry[] {
  return texts.map((text, i) =>
    renderEntry('s', { type: 'message.user', turn: 1, text, tokens: 1, seq: i + 1, at: 0 }, undefined),
  );
}

async function tokensOf(text: string): Promise<number> {
  return (await counter.count([text]))[0] ?? 0;
}

describe('Summarizer', () => {
  it('sends what leaves in requests that fit, each with the summary so far, and clips what comes back', async () => {
    const text = fc.oneof(
      fc.lorem({ maxCount: 200, mode: 'sentences' }),
      fc.constant('漢字仮名'.repeat(400)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 60, max: 300 }),
        fc.integer({ min: 1500, max: 4000 }),
        async (texts, cap, input) => {
          const requests: ModelRequest[] = [];
          const summary = await summarizer.summarise(
            'before '.repeat(900),
            said(...texts),
            cap,
            input,
            {
              ask: async (request) => {
                requests.push(request);
                return `answer ${requests.length} ${'and so on '.repeat(500)}`;
              },
            },
            never,
          );
          expect(summary.by).toBe('model');
          expect(summary.text.startsWith(`answer ${requests.length} `)).toBe(true);
          expect(await tokensOf(summary.text)).toBeLessThanOrEqual(cap);
          for (const [i, request] of requests.entries()) {
            expect(request.functions).toEqual([]);
            const whole = request.messages.map((message) => message.content).join('\n');
            expect((await tokensOf(whole)) + request.maxOutputTokens).toBeLessThanOrEqual(input);
            expect(whole).toContain(
              i === 0 ? '<previous_summary>\nbefore ' : `<previous_summary>\nanswer ${i} `,
            );
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('asks nothing when nothing leaves, and cuts a summary that was written for a larger window', async () => {
    const writer = { ask: () => expect.unreachable() };
    expect(await summarizer.summarise('kept', [], 100, 1000, writer, never)).toEqual({
      text: 'kept',
      by: 'none',
    });
    const { text } = await summarizer.summarise('many words '.repeat(500), [], 100, 1000, writer, never);
    expect(await tokensOf(text)).toBeLessThanOrEqual(100);
    expect(text).not.toBe('');
  });

  it('extracts within the cap: newest lines whole, and the end of a summary in one paragraph', async () => {
    const previous = `${'old news '.repeat(90)}THE DECISION`;
    const failing = async () => {
      throw new Error('overloaded');
    };
    const summary = await summarizer.summarise(
      previous,
      said('first', 'hello\n\nworld'),
      200,
      4000,
      { ask: failing },
      never,
    );
    expect(summary).toMatchObject({ by: 'extract', failure: 'overloaded' });
    expect(summary.text).toContain('THE DECISION');
    expect(summary.text.endsWith('person: first\nperson: hello world')).toBe(true);
    expect(await tokensOf(summary.text)).toBeLessThanOrEqual(200);
  });

  it('extracts something even when one message made fifty calls', async () => {
    const calls = Array.from({ length: 50 }, (_, i) => ({
      id: `c${i}`,
      name: 'read_file',
      arguments: `{"path":"some/long/path/number${i}.ts"}`,
    }));
    const entry = renderEntry(
      's',
      { type: 'message.assistant', turn: 1, text: 'Let me look.', calls, tokens: 1, seq: 2, at: 0 },
      undefined,
    );
    const { text, by } = await summarizer.summarise(
      '',
      [...said('do it'), entry],
      120,
      4000,
      undefined,
      never,
    );
    expect(by).toBe('extract');
    expect(text).toContain('person: do it\nassistant: Let me look. called read_file');
  });

  it('is given up when the person stops', async () => {
    const abort = new AbortController();
    const ask = async () => {
      abort.abort();
      throw new Error('aborted');
    };
    await expect(summarizer.summarise('', said('x'), 100, 2000, { ask }, abort.signal)).rejects.toThrow(
      'aborted',
    );
  });
});

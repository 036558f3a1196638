import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/engine/events';
import { composeOpener, drawOpener, openerText } from '../../../src/engine/opener';
import type { SessionHistory } from '../../../src/engine/ports';
import { digestSession } from '../../../src/engine/sessionDigest';
import { inProcessTokenCounter } from '../../support/inProcessTokenCounter';

type Line = readonly ['user' | 'assistant', string];

/** A session whose messages come a minute after one another. */
async function* session(start: number, lines: readonly Line[], note?: string): AsyncIterable<SessionEvent> {
  let seq = 1;
  yield { type: 'session.started', workspace: [], at: start, seq };
  if (note !== undefined) {
    yield { type: 'note.pinned', note: { id: 'n', text: note, by: 'person' }, at: start, seq: ++seq };
  }
  for (const [role, text] of lines) {
    const at = start + seq * 60_000;
    seq++;
    yield role === 'user'
      ? { type: 'message.user', turn: 1, text, tokens: 1, at, seq }
      : { type: 'message.assistant', turn: 1, text, calls: [], tokens: 1, at, seq };
  }
}

const DAY = 86_400_000;

describe('composeOpener', () => {
  it('draws on every session and on the notes', async () => {
    const digests = [
      await digestSession(
        'a',
        session(DAY, [
          ['user', 'We are building a billing service. Where do I start?'],
          ['assistant', 'Decision: money is stored in cents.\n\nNext: write the ledger'],
        ]),
      ),
      await digestSession(
        'b',
        session(2 * DAY, [['assistant', '- [ ] the invoice template\n- [x] write the ledger']]),
      ),
      await digestSession('c', session(3 * DAY, [['user', 'What is VAT?']])),
    ];
    digests.unshift(await digestSession('new', session(4 * DAY, [], 'CI runs on Node 24')));
    const opener = await composeOpener(digests, inProcessTokenCounter);
    expect(opener).toEqual({
      lastAt: 3 * DAY + 60_000,
      sessions: 3,
      question: 'What is VAT?',
      items: [
        { kind: 'open', text: 'the invoice template' },
        { kind: 'decision', text: 'Decision: money is stored in cents.' },
        { kind: 'goal', text: 'We are building a billing service.' },
        { kind: 'note', text: 'CI runs on Node 24' },
      ],
    });
    if (!opener) throw new Error('unreachable');
    expect(openerText(opener)).toBe(
      [
        'You asked last: What is VAT?\n',
        'Still open:',
        '- the invoice template\n',
        'Decided:',
        '- Decision: money is stored in cents.\n',
        'Working on:',
        '- We are building a billing service.\n',
        'Notes:',
        '- CI runs on Node 24',
      ].join('\n'),
    );
  });

  it('keeps an item open that was only done before it was opened again', async () => {
    const digest = await digestSession(
      'a',
      session(DAY, [
        ['assistant', 'Done: update the docs'],
        ['assistant', 'Next: update the docs'],
      ]),
    );
    expect((await composeOpener([digest], inProcessTokenCounter))?.items).toEqual([
      { kind: 'open', text: 'update the docs' },
    ]);
  });

  it('is nothing where nothing was said', async () => {
    expect(await composeOpener([], inProcessTokenCounter)).toBeUndefined();
    const empty = await digestSession('a', session(DAY, [], 'a note'));
    expect(await composeOpener([empty], inProcessTokenCounter)).toBeUndefined();
    const silent = await digestSession('a', session(DAY, [['assistant', 'Hello.']]));
    expect(await composeOpener([silent], inProcessTokenCounter)).toBeUndefined();
  });

  it('stays within its tokens and tells something of each session while there is room', async () => {
    const words = fc.array(fc.constantFrom('cache', 'parser', 'index', 'retry', 'login'), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(words, { maxLength: 30 }), { maxLength: 12 }), async (sessions) => {
        const digests = await Promise.all(
          sessions.map((items, index) =>
            digestSession(
              `s${index}`,
              session(
                (index + 1) * DAY,
                items.map(
                  (item, at): Line => [
                    'assistant',
                    `TODO: ${item.join(' ')} no${index} ${['a', 'b', 'c', 'd'].map((mark) => `${mark}${index}x${at}`).join(' ')}`,
                  ],
                ),
              ),
            ),
          ),
        );
        const opener = await composeOpener(digests, inProcessTokenCounter);
        const counts = await inProcessTokenCounter.count(
          (opener?.items ?? []).map((item) => `- ${item.text}\n`),
        );
        expect(counts.reduce((sum, tokens) => sum + tokens, 0)).toBeLessThanOrEqual(200);
        const told = new Set(opener?.items.map((item) => /no(\d+) /.exec(item.text)?.[1]));
        const spoke = sessions.filter((items) => items.length > 0).length;
        expect(told.size).toBeGreaterThanOrEqual(Math.min(spoke, 4));
      }),
      { numRuns: 40 },
    );
  });

  describe('drawOpener', () => {
    const stored: Readonly<Record<string, () => AsyncIterable<SessionEvent>>> = {
      new: () => session(10 * DAY, []),
      late: () => session(9 * DAY, [['user', 'TODO: ship it']]),
      early: () => session(8 * DAY, [['assistant', 'Decision: we ship on Friday.']]),
    };
    const events = (id: string) => stored[id]?.() ?? session(0, []);
    const history: SessionHistory = {
      sessions: async () => Object.keys(stored),
      events,
      lineage: events,
    };
    const lastMessage = 9 * DAY + 60_000;

    it('draws one for a new session from all others', async () => {
      const opener = await drawOpener(history, inProcessTokenCounter, 'new', lastMessage + 1);
      expect(opener?.items.map((item) => item.text)).toEqual(['ship it', 'Decision: we ship on Friday.']);
    });

    it('draws one after a break of more than eight hours, and none before', async () => {
      const eightHours = 8 * 3_600_000;
      const at = (now: number) => drawOpener(history, inProcessTokenCounter, 'late', now);
      expect(await at(lastMessage + eightHours)).toBeUndefined();
      expect((await at(lastMessage + eightHours + 1))?.sessions).toBe(2);
    });
  });

  it('is folded from a long history in under a millisecond a message', async () => {
    const text = 'We looked at the parser. It fails on emoji, e.g. `a.ts`. Decision: decode first. '.repeat(
      20,
    );
    const lines = Array.from({ length: 1000 }, (): Line => ['assistant', text]);
    const started = performance.now();
    await digestSession('a', session(DAY, lines));
    expect((performance.now() - started) / lines.length).toBeLessThan(1);
  });
});

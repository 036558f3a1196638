import { describe, expect, it, vi } from 'vitest';
import { JournalError } from '../../../src/engine/errors';
import type { SessionEvent } from '../../../src/engine/events';
import type { ChatSessions } from '../../../src/host/chatSessions';
import { conversation, modelsOf, seqsOf } from '../../support/chatConversation';
import { readFileFunction } from '../../support/fakeFunctions';
import { memoryWorld } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

vi.mock('vscode', async () => ({
  EventEmitter: (await import('../../support/FakeEmitter')).FakeEmitter,
}));

it('takes what is sent, and pinned, while another chat is about to be shown to that one', async () => {
  const { sessions, texts } = conversation();
  await sessions.submit('one');
  const before = sessions.session;
  const shown = sessions.newChat();
  await Promise.all([sessions.submit('two'), sessions.notes.pin('a note')]);
  await shown;
  expect(sessions.session).not.toBe(before);
  expect(texts()).toEqual(['two']);
  const { notes } = await sessions.current();
  expect(notes.list().map((note) => note.text)).toEqual(['a note']);
});

it('shows a session once when it is asked for twice', async () => {
  const { sessions, held } = conversation();
  await sessions.submit('one');
  const first = sessions.session;
  await sessions.newChat();
  await Promise.all([sessions.show(first), sessions.show(first)]);
  expect(sessions.session).toBe(first);
  expect([...held]).toEqual([first]);
});

it('gives back the text of a rewound message with the session that lacks it, not before', async () => {
  const { sessions, world, texts } = conversation();
  await sessions.submit('one');
  await sessions.submit('two');
  const seq = seqsOf(sessions)[1] ?? 0;
  const early: (string | undefined)[] = [];
  const real = world.sessions.fork;
  const fork = vi.spyOn(world.sessions, 'fork');
  fork.mockImplementation(async (...args) => {
    early.push(sessions.takeBack());
    return real(...args);
  });
  const late: (string | undefined)[] = [];
  sessions.onReset(() => late.push(sessions.takeBack()));
  await sessions.rewind(seq);
  expect({ early, late, texts: texts() }).toEqual({ early: [undefined], late: ['two'], texts: ['one'] });
});

it.each(['fork', 'rewind'] as const)('goes on with what waits when a %s fails', async (act) => {
  const world = memoryWorld({ functions: [readFileFunction] });
  const { sessions, texts, answers } = conversation({
    models: modelsOf(
      new ScriptedModel((request) => {
        const asked = request.messages.at(-1)?.content;
        if (asked === 'two') {
          void sessions.submit('three');
          branched = sessions[act](1 + seqOfOne());
        }
        return { text: `answer to ${asked}` };
      }),
    ),
    history: {
      ...world.parts.history,
      lineage: () => {
        throw new JournalError('The disk is full.', 'Free some space.');
      },
    },
  });
  let branched: Promise<void> | undefined;
  const seqOfOne = () => seqsOf(sessions)[0] ?? 0;
  await sessions.submit('one');
  await sessions.submit('two');
  await expect(branched).rejects.toThrow('The disk is full.');
  await vi.waitFor(() => expect(answers().at(-1)).toContain('three'));
  expect(texts()).toEqual(['one', 'two', 'three']);
});

it('tells who has asked for a compaction when the chat is left before it is done', async () => {
  let asked: Promise<unknown> | undefined;
  let left: Promise<void> | undefined;
  const { sessions } = conversation({
    models: modelsOf(
      new ScriptedModel(() => {
        const never = new AbortController().signal;
        asked = sessions.changeWindow({ kind: 'compact', instructions: '' }, never);
        left = sessions.newChat();
        return { text: 'an answer of some words '.repeat(20) };
      }),
    ),
  });
  await sessions.submit('one');
  await left;
  expect(await asked).toBe('stopped');
});

it('greets in an earlier chat that is gone on with after a break', async () => {
  const { sessions, mode, answers } = conversation();
  // The clock of the world stands in the past.
  await sessions.submit('Let us write the parser first.');
  const first = sessions.session;
  await sessions.newChat();
  mode.mockReturnValue('message');
  await sessions.show(first);
  await vi.waitFor(() => expect(answers()).toHaveLength(2));
  expect(answers()[1]).toContain('Let us write the parser first.');
});

it('closes the session that is left, too, when the window closes meanwhile', async () => {
  const { sessions, held } = conversation();
  await sessions.submit('one');
  const shown = sessions.newChat();
  await sessions.close();
  expect([...held]).toEqual([]);
  await shown;
});

describe('what was attached', () => {
  const drafts = [
    { kind: 'file', label: 'src/a.ts:1-2', path: 'src/a.ts', startLine: 1, endLine: 2 },
    { kind: 'text', label: 'selection', text: 'as it was then' },
  ] as const;
  const fresh = [{ kind: 'text', label: 'selection', text: 'another by now' }] as const;
  const asked = 'Explain src/a.ts:1-2 and @selection';

  /** Labels and texts of what the last message had attached. */
  async function attached(sessions: ChatSessions, world: ReturnType<typeof conversation>['world']) {
    const events: SessionEvent[] = [];
    for await (const event of world.sessions.lineage(sessions.session)) events.push(event);
    const posted = events.findLast((event) => event.type === 'event.posted');
    const given = posted?.type === 'event.posted' ? (posted.attachments ?? []) : [];
    return Promise.all(
      given.map(async (one) => [
        one.label,
        one.kind === 'text' ? await world.blobs.get(one.text) : one.startLine,
      ]),
    );
  }

  const both = [
    ['src/a.ts:1-2', 1],
    ['selection', 'as it was then'],
  ];

  it('goes along when it is asked again, as it was', async () => {
    const { sessions, world } = conversation({ attachmentsOf: async () => fresh });
    await (await sessions.current()).submit(asked, drafts);
    const before = sessions.session;
    await sessions.retry();
    await vi.waitFor(async () => expect(await attached(sessions, world)).toEqual(both));
    expect(sessions.session).not.toBe(before);
  });

  it.each([
    [asked, both],
    [`${asked}, briefly`, both],
    [
      'Explain src/a.ts:1-2',
      [
        ['src/a.ts:1-2', 1],
        ['selection', 'another by now'],
      ],
    ],
    ['Something else', [['selection', 'another by now']]],
  ])('goes along with an edited message as far as it speaks of it: %s', async (text, expected) => {
    const { sessions, world } = conversation({ attachmentsOf: async () => fresh });
    await (await sessions.current()).submit(asked, drafts);
    const seq = seqsOf(sessions)[0] ?? 0;
    await sessions.rewind(seq);
    await sessions.submit(text);
    expect(await attached(sessions, world)).toEqual(expected);
    await sessions.submit('And now?');
    expect(await attached(sessions, world)).toEqual([['selection', 'another by now']]);
  });
});

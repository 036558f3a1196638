import { expect, it, vi } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { HeldElsewhereError, JournalError } from '../../../src/engine/errors';
import type { SessionLog } from '../../../src/engine/ports';
import { ChatSessions, type ChatSessionsParts } from '../../../src/host/chatSessions';
import { Openers } from '../../../src/host/openers';
import { ShownSessions } from '../../../src/host/shownSessions';
import { readFileFunction } from '../../support/fakeFunctions';
import { memoryWorld, roughCounter } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

vi.mock('vscode', () => ({
  EventEmitter: class<Event> {
    private readonly listeners = new Set<(event: Event) => void>();
    readonly event = (listener: (event: Event) => void) => {
      this.listeners.add(listener);
      return { dispose: () => this.listeners.delete(listener) };
    };
    fire(event: Event) {
      for (const listener of this.listeners) listener(event);
    }
    dispose() {
      this.listeners.clear();
    }
  },
}));

function memento() {
  const values = new Map<string, unknown>();
  return {
    get: <Value>(key: string, otherwise: Value) => (values.get(key) as Value | undefined) ?? otherwise,
    update: async (key: string, value: unknown) => void values.set(key, value),
  };
}

function modelsOf(model: ScriptedModel): ChatSessionsParts['models'] {
  return {
    current: async () => model,
    describe: () => ({ label: 'scripted', offline: false }),
    choose: async () => undefined,
    inherit: async () => undefined,
    forget: () => undefined,
  };
}

/** A conversation over sessions in memory that are held as those on disk are: by one process at a time. */
function conversation(change: Partial<ChatSessionsParts> = {}) {
  const world = memoryWorld({ functions: [readFileFunction] });
  const { history, log: _, ...agent } = world.parts;
  const held = new Set<string>();
  const hold = (log: SessionLog): SessionLog => {
    if (held.has(log.sessionId)) throw new HeldElsewhereError('It is open.', 'Close it.');
    held.add(log.sessionId);
    return {
      sessionId: log.sessionId,
      append: (events) => log.append(events),
      read: () => log.read(),
      close: async () => void held.delete(log.sessionId),
    };
  };
  const openLog = async (session: string) => hold(world.sessions.open(session));
  const model = new ScriptedModel((request) => ({ text: `answer to ${request.messages.at(-1)?.content}` }));
  const mode = vi.fn(() => 'off' as 'off' | 'message');
  const sessions = new ChatSessions({
    open: AgentProcess.open,
    agent: async () => ({
      ...agent,
      history,
      openLog,
      forkLog: async (id, origin) => hold(await world.sessions.fork(id, origin)),
    }),
    openLog,
    history,
    chats: async () => [],
    shown: new ShownSessions(memento() as never),
    models: modelsOf(model),
    openers: new Openers({ history, counter: roughCounter, memento: memento() as never, mode }),
    attachmentsOf: async () => [],
    onEvent: () => undefined,
    onTrouble: () => undefined,
    onBusy: () => undefined,
    ...change,
  });
  const texts = () =>
    sessions.transcript().flatMap((event) => (event.type === 'userMessage' ? [event.text] : []));
  const answers = () =>
    sessions.transcript().flatMap((event) => (event.type === 'assistantMessage' ? [event.text] : []));
  return { sessions, world, held, mode, texts, answers };
}

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
  const seq = sessions.transcript().flatMap((e) => (e.type === 'userMessage' ? [e.seq] : []))[1] ?? 0;
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
  const seqOfOne = () =>
    sessions.transcript().flatMap((e) => (e.type === 'userMessage' ? [e.seq] : []))[0] ?? 0;
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

import { describe, expect, it, vi } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import type { EngineFunction } from '../../../src/engine/EngineFunction';
import { HeldElsewhereError, JournalError } from '../../../src/engine/errors';
import type { SessionEvent } from '../../../src/engine/events';
import type { AgentMode } from '../../../src/engine/modes';
import type { SessionLog } from '../../../src/engine/ports';
import { ChatSessions, type ChatSessionsParts } from '../../../src/host/chatSessions';
import { Openers } from '../../../src/host/openers';
import { ShownSessions } from '../../../src/host/shownSessions';
import { editFile } from '../../../src/tools/editFile';
import { readFile } from '../../../src/tools/readFile';
import { writeFile } from '../../../src/tools/writeFile';
import { fakeFunction, readFileFunction } from '../../support/fakeFunctions';
import { memoryWorld, roughCounter } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

vi.mock('vscode', async () => ({
  EventEmitter: (await import('../../support/FakeEmitter')).FakeEmitter,
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
    forget: () => undefined,
  };
}

/** A conversation over sessions in memory that are held as those on disk are: by one process at a time. */
function conversation(
  change: Partial<ChatSessionsParts> = {},
  /** As another window of the same workspace has them. */
  { world, held } = {
    world: memoryWorld({ functions: [readFileFunction, writeFile] }),
    held: new Set<string>(),
  },
) {
  const { history, log: _, ...agent } = world.parts;
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
    mode: () => 'edit',
    openers: new Openers({ history, counter: roughCounter, memento: memento() as never, mode }),
    attachmentsOf: async () => [],
    abandonedEdits: async () => undefined,
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

describe('edited files', () => {
  /** Writes what a question says, once. */
  const writes = (text: string) =>
    new ScriptedModel(({ messages }) => {
      const last = messages.at(-1);
      return last?.role === 'user' && last.content.startsWith('write')
        ? { calls: [{ name: 'write_file', arguments: { path: 'a.ts', text } }] }
        : { text: 'ok' };
    });
  const seqs = (sessions: ChatSessions) =>
    sessions.transcript().flatMap((event) => (event.type === 'userMessage' ? [event.seq] : []));
  const pending = async (sessions: ChatSessions) =>
    (await (await sessions.current()).review.pending()).map(({ path }) => path);

  const goBack: [string, (sessions: ChatSessions) => Promise<void>][] = [
    ['asking again', (sessions) => sessions.retry()],
    ['another model', (sessions) => sessions.retry('other')],
    ['a rewind', (sessions) => sessions.rewind(seqs(sessions)[1] ?? 0)],
  ];

  it.each(goBack)('go on waiting after %s when the person keeps them', async (_, act) => {
    const abandonedEdits = vi.fn<ChatSessionsParts['abandonedEdits']>(async () => 'keep');
    const { sessions, world } = conversation({ models: modelsOf(writes('a\n')), abandonedEdits });
    await sessions.submit('one');
    await sessions.submit('write');
    const before = sessions.session;
    await act(sessions);
    expect(abandonedEdits).toHaveBeenCalledWith({
      checkpoint: expect.objectContaining({ turn: 2 }),
      preview: expect.objectContaining({ files: [expect.objectContaining({ path: 'a.ts' })] }),
    });
    expect(sessions.session).not.toBe(before);
    expect(await pending(sessions)).toEqual(['a.ts']);
    expect((await world.files.read('a.ts')).text).toBe('a\n');
  });

  it.each(goBack)('are put back by %s when the person says so', async (_, act) => {
    const { sessions, world } = conversation({
      models: modelsOf(new ScriptedModel(once({ path: 'a.ts', text: 'a\n' }))),
      abandonedEdits: async () => 'putBack',
    });
    await sessions.submit('one');
    await sessions.submit('write');
    expect(await world.files.version('a.ts')).toBeDefined();
    await act(sessions);
    expect(await world.files.version('a.ts')).toBeUndefined();
    expect(await pending(sessions)).toEqual([]);
  });

  it.each(goBack)(
    'stay, and the chat goes on as it is, when the person would rather not go on from %s',
    async (_, act) => {
      const { sessions, texts } = conversation({ models: modelsOf(writes('a\n')) });
      await sessions.submit('one');
      await sessions.submit('write');
      const before = sessions.session;
      await act(sessions);
      expect(sessions.session).toBe(before);
      expect(texts()).toEqual(['one', 'write']);
      expect(await pending(sessions)).toEqual(['a.ts']);
      await sessions.submit('three');
      expect(texts()).toEqual(['one', 'write', 'three']);
    },
  );

  it('are not asked about where none is left behind, or the person has said so', async () => {
    const abandonedEdits = vi.fn<ChatSessionsParts['abandonedEdits']>(async () => 'keep');
    const { sessions } = conversation({ models: modelsOf(writes('a\n')), abandonedEdits });
    await sessions.submit('write');
    await sessions.submit('two');
    await sessions.rewind(seqs(sessions)[1] ?? 0);
    await sessions.rewind(seqs(sessions)[0] ?? 0, 'keep');
    expect(abandonedEdits).not.toHaveBeenCalled();
    expect(await pending(sessions)).toEqual(['a.ts']);
  });

  it('go along into a new chat, and into one that is opened', async () => {
    const { sessions } = conversation({ models: modelsOf(writes('a\n')) });
    await sessions.submit('write');
    const first = sessions.session;
    await sessions.newChat();
    expect(await pending(sessions)).toEqual(['a.ts']);
    await sessions.show(first);
    expect(await pending(sessions)).toEqual(['a.ts']);
  });
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
    const seq = sessions.transcript().flatMap((e) => (e.type === 'userMessage' ? [e.seq] : []))[0] ?? 0;
    await sessions.rewind(seq);
    await sessions.submit(text);
    expect(await attached(sessions, world)).toEqual(expected);
    await sessions.submit('And now?');
    expect(await attached(sessions, world)).toEqual([['selection', 'another by now']]);
  });
});

/** Writes a file at the first question that begins with “write”. */
function once(file: { path: string; text: string }): ConstructorParameters<typeof ScriptedModel>[0] {
  let written = false;
  return ({ messages }) => {
    const last = messages.at(-1);
    if (written || last?.role !== 'user' || !last.content.startsWith('write')) return { text: 'ok' };
    written = true;
    return { calls: [{ name: 'write_file', arguments: file }] };
  };
}

describe('restoring a checkpoint while a turn runs', () => {
  /** The turn that edits goes on until it is stopped. */
  async function running() {
    const edited = Promise.withResolvers<void>();
    const wait = fakeFunction('wait', () => {
      edited.resolve();
      return new Promise(() => undefined);
    });
    const world = memoryWorld({ functions: [readFile, editFile, wait] });
    world.files.set('a.ts', 'one\n');
    const steps = [
      { calls: [{ name: 'read_file', arguments: { path: 'a.ts' } }] },
      { calls: [{ name: 'edit_file', arguments: { path: 'a.ts', old: 'one', new: 'two' } }] },
    ];
    const model = new ScriptedModel(({ messages }) => {
      const told = messages.map(({ content }) => content).join();
      if (told.includes('next')) return { text: `told: ${told.includes('The person put files back')}` };
      const step = steps.shift();
      if (step) return step;
      return { calls: [{ name: 'wait', arguments: {} }] };
    });
    const { history: _, log, ...agent } = world.parts;
    const parts = { ...agent, history: world.sessions };
    const open = conversation({
      models: modelsOf(model),
      history: world.sessions,
      openLog: async (session) => world.sessions.open(session),
      agent: async () => ({ ...parts, settings: () => ({ ...parts.settings(), mode: 'edit' as const }) }),
    });
    const asked = open.sessions.submit('go');
    await edited.promise;
    const process = await open.sessions.current();
    expect(process.busy).toBe(true);
    const [checkpoint] = await process.checkpoints.list();
    const content = async () => (await world.files.read('a.ts')).text;
    expect(await content()).toBe('two\n');
    return { ...open, process, asked, seq: checkpoint?.seq ?? 0, prompt: checkpoint?.prompt?.seq, content };
  }

  it('stops the turn first, and what was sent meanwhile goes on from the files as they are then', async () => {
    const { sessions, asked, seq, content, answers } = await running();
    void sessions.submit('next');
    await sessions.restore(seq, false);
    await asked;
    expect(await content()).toBe('one\n');
    await vi.waitFor(() => expect(answers().at(-1)).toBe('told: true'));
  });

  it('takes the conversation back as well', async () => {
    const { sessions, asked, seq, prompt, content, process, texts } = await running();
    await sessions.restore(seq, false, prompt);
    await asked;
    expect(await content()).toBe('one\n');
    expect(sessions.session).not.toBe(process.session);
    expect({ texts: texts(), back: sessions.takeBack() }).toEqual({ texts: [], back: 'go' });
  });

  it('leaves the conversation where it is when the files cannot be put back', async () => {
    const { sessions, asked, seq, prompt, process } = await running();
    const unknown = sessions.restore(seq + 1, false, prompt);
    await expect(unknown).rejects.toThrow('no such checkpoint');
    await asked;
    expect(sessions.session).toBe(process.session);
    expect(process.busy).toBe(false);
  });
});

describe('what is chosen for a chat', () => {
  const edit: EngineFunction = {
    ...fakeFunction('edit', async () => ({ text: 'edited' }), false),
    effect: 'edit',
  };
  /** Edits at its first question, and answers with what became of it. */
  const editor = new ScriptedModel((request) => {
    const result = request.messages.findLast(({ role }) => role === 'tool');
    return result ? { text: result.content } : { calls: [{ name: 'edit', arguments: {} }] };
  });

  function windows() {
    let setting: AgentMode = 'edit';
    const world = memoryWorld({ functions: [edit] });
    const shared = { world, held: new Set<string>() };
    const models = {
      ...modelsOf(editor),
      describe: ({ model = '' }: { readonly model?: string | undefined }) => ({
        label: model,
        offline: false,
      }),
    };
    const open = () => conversation({ models, mode: () => setting }, shared);
    const set = (mode: AgentMode) => {
      setting = mode;
    };
    return { open, world, set };
  }

  it('holds for that chat alone: another window, and another chat, work as the settings say', async () => {
    const { open } = windows();
    const [one, two] = [open(), open()];
    const modes: string[] = [];
    one.sessions.onModeChanged(() => modes.push(one.sessions.mode));
    await one.sessions.chooseMode('ask');
    await one.sessions.chooseModel('ollama:small');
    expect([one.sessions.mode, two.sessions.mode]).toEqual(['ask', 'edit']);
    expect([one.sessions.modelLabel, two.sessions.modelLabel]).toEqual(['ollama:small', '']);
    await Promise.all([one.sessions.submit('go'), two.sessions.submit('go')]);
    expect(one.answers().at(-1)).toContain('the mode is "ask"');
    expect(two.answers().at(-1)).toMatch(/\nedited$/);
    const first = one.sessions.session;
    await one.sessions.newChat();
    expect([one.sessions.mode, one.sessions.modelLabel]).toEqual(['edit', '']);
    await one.sessions.show(first);
    expect([one.sessions.mode, one.sessions.modelLabel]).toEqual(['ask', 'ollama:small']);
    expect(modes).toEqual(['edit', 'ask', 'edit', 'ask']);
  });

  it('is in its log: it is there after a restart, and goes along with a fork, also of an earlier message', async () => {
    const { open } = windows();
    const { sessions } = open();
    await sessions.submit('one');
    await sessions.submit('two');
    await sessions.chooseMode('auto');
    await sessions.chooseModel('other');
    const [seq = 0] = sessions.transcript().flatMap((e) => (e.type === 'userMessage' ? [e.seq] : []));
    await sessions.rewind(seq);
    expect([sessions.mode, sessions.modelLabel]).toEqual(['auto', 'other']);
    const { session } = sessions;
    await sessions.submit('anew');
    await sessions.retry('third');
    expect(sessions.modelLabel).toBe('third');
    await sessions.close();
    const again = open().sessions;
    await again.show(session);
    expect([again.mode, again.modelLabel]).toEqual(['auto', 'other']);
  });

  it('is the mode of the settings from its first turn on, whatever they say later', async () => {
    const { open, set, world } = windows();
    const { sessions, texts } = open();
    await sessions.current();
    set('ask');
    expect(sessions.mode).toBe('ask');
    await sessions.submit('one');
    set('auto');
    expect(sessions.mode).toBe('ask');
    await sessions.newChat();
    expect(sessions.mode).toBe('auto');
    await sessions.submit('two');
    const types = async () => {
      const found: string[] = [];
      for await (const { type } of world.sessions.lineage(sessions.session)) found.push(type);
      return found;
    };
    expect((await types()).filter((type) => type === 'mode.chosen')).toHaveLength(1);
    // That it was recorded in the midst of the turn does not part the turn from the message that began it.
    const [seq = 0] = sessions.transcript().flatMap((e) => (e.type === 'userMessage' ? [e.seq] : []));
    await sessions.rewind(seq);
    expect(texts()).toEqual([]);
    expect(await types()).not.toContain('turn.started');
  });

  it.each<[AgentMode, AgentMode]>([
    ['auto', 'auto'],
    ['edit', 'edit'],
    ['ask', 'edit'],
  ])('is, for a plan, to read only; from %s it is %s when the plan is carried out', async (before, after) => {
    const { sessions } = windows().open();
    await sessions.chooseMode(before);
    await sessions.beginPlan();
    await sessions.beginPlan();
    expect(sessions.mode).toBe('ask');
    await sessions.carryOutPlan();
    expect(sessions.mode).toBe(after);
    // What the person chooses meanwhile is no plan's.
    await sessions.beginPlan();
    await sessions.chooseMode('ask');
    await sessions.carryOutPlan();
    expect(sessions.mode).toBe('edit');
  });
});

/** Files that a chat has edited, when the person leaves it, goes back in it, or puts files back while it works. */
import { describe, expect, it, vi } from 'vitest';
import type { ChatSessions, ChatSessionsParts } from '../../../src/host/chatSessions';
import { editFile } from '../../../src/tools/editFile';
import { readFile } from '../../../src/tools/readFile';
import { conversation, modelsOf, seqsOf } from '../../support/chatConversation';
import { fakeFunction } from '../../support/fakeFunctions';
import { memoryWorld } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

vi.mock('vscode', async () => ({
  EventEmitter: (await import('../../support/FakeEmitter')).FakeEmitter,
}));

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

describe('edited files', () => {
  /** Writes what a question says, once. */
  const writes = (text: string) =>
    new ScriptedModel(({ messages }) => {
      const last = messages.at(-1);
      return last?.role === 'user' && last.content.startsWith('write')
        ? { calls: [{ name: 'write_file', arguments: { path: 'a.ts', text } }] }
        : { text: 'ok' };
    });
  const pending = async (sessions: ChatSessions) =>
    (await (await sessions.current()).review.pending()).map(({ path }) => path);

  const goBack: [string, (sessions: ChatSessions) => Promise<void>][] = [
    ['asking again', (sessions) => sessions.retry()],
    ['another model', (sessions) => sessions.retry('other')],
    ['a rewind', (sessions) => sessions.rewind(seqsOf(sessions)[1] ?? 0)],
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
    await sessions.rewind(seqsOf(sessions)[1] ?? 0);
    await sessions.rewind(seqsOf(sessions)[0] ?? 0, 'keep');
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

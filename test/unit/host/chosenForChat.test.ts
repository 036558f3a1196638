/** What is chosen for a chat: its mode and its model, over windows, forks and restarts. */
import { expect, it, vi } from 'vitest';
import type { EngineFunction } from '../../../src/engine/EngineFunction';
import type { AgentMode } from '../../../src/engine/modes';
import { conversation, modelsOf, seqsOf } from '../../support/chatConversation';
import { fakeFunction } from '../../support/fakeFunctions';
import { memoryWorld } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

vi.mock('vscode', async () => ({
  EventEmitter: (await import('../../support/FakeEmitter')).FakeEmitter,
}));

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
  const [seq = 0] = seqsOf(sessions);
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
  const [seq = 0] = seqsOf(sessions);
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

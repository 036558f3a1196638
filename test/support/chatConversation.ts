/** Chats over sessions in memory. Whoever imports it mocks `vscode`, of which they need an `EventEmitter`. */
import { vi } from 'vitest';
import { AgentProcess } from '../../src/engine/AgentProcess';
import { HeldElsewhereError } from '../../src/engine/errors';
import type { SessionLog } from '../../src/engine/ports';
import { ChatSessions, type ChatSessionsParts } from '../../src/host/chatSessions';
import { Openers } from '../../src/host/openers';
import { ShownSessions } from '../../src/host/shownSessions';
import { writeFile } from '../../src/tools/writeFile';
import { readFileFunction } from './fakeFunctions';
import { memoryWorld, roughCounter } from './memoryPorts';
import { ScriptedModel } from './scriptedModel';

function memento() {
  const values = new Map<string, unknown>();
  return {
    get: <Value>(key: string, otherwise: Value) => (values.get(key) as Value | undefined) ?? otherwise,
    update: async (key: string, value: unknown) => void values.set(key, value),
  };
}

export function modelsOf(model: ScriptedModel): ChatSessionsParts['models'] {
  return {
    current: async () => model,
    describe: () => ({ label: 'scripted', offline: false }),
    forget: () => undefined,
  };
}

/** A conversation over sessions in memory that are held as those on disk are: by one process at a time. */
export function conversation(
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

/** @returns the messages of the person that are shown, by their sequence numbers */
export function seqsOf(sessions: ChatSessions): readonly number[] {
  return sessions.transcript().flatMap((event) => (event.type === 'userMessage' ? [event.seq] : []));
}

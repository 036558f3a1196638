/** Sub-agents over the ports in memory, driven by a plan. They prove mechanism only. */
import { expect } from 'vitest';
import { AgentProcess } from '../../src/engine/AgentProcess';
import type { ChatMessage } from '../../src/engine/chat';
import type { EventOf, SessionEvent, SessionEventBody } from '../../src/engine/events';
import type { LanguageModel, ModelRequest } from '../../src/engine/ports';
import { editNote } from '../../src/tools/editNote';
import { pinNote } from '../../src/tools/pinNote';
import { spawn } from '../../src/tools/spawn';
import { unpinNote } from '../../src/tools/unpinNote';
import { expectPaired, numbered, toolTexts } from './engineChecks';
import { pageInFunction, readFileFunction } from './fakeFunctions';
import { type MemoryWorld, memoryWorld, type WorldOptions } from './memoryPorts';
import { rebuildRequests } from './rebuildRequests';
import { ScriptedModel, type ScriptedModelOptions, type ScriptedReply } from './scriptedModel';

export const functions = [readFileFunction, pageInFunction, pinNote, editNote, unpinNote, spawn];

/** What each process does, by the last thing it was asked: step by step, then `done`. */
export type Plan = Readonly<Record<string, readonly ScriptedReply[]>>;

interface Setup extends ScriptedModelOptions {
  readonly world?: MemoryWorld;
  readonly settings?: WorldOptions['settings'];
  /** Waited for before a process answers. */
  readonly gate?: (task: string, signal: AbortSignal) => Promise<void>;
}

export async function setUp(plan: Plan, { world: given, settings, gate, ...options }: Setup = {}) {
  const world = given ?? memoryWorld({ functions, ...(settings ? { settings } : {}) });
  world.files.set('a.ts', numbered('a', 400));
  const model = new ScriptedModel((request) => next(plan, request), options);
  const gated: LanguageModel = {
    id: model.id,
    generative: true,
    profile: () => model.profile(),
    async *stream(request, signal) {
      await gate?.(taskOf(request), signal);
      yield* model.stream(request, signal);
    },
  };
  const agent = await AgentProcess.open(world.parts, async () => gated);
  return { world, model, agent };
}

const isTask = (message: ChatMessage) => message.role === 'user' && !message.content.startsWith('<interrupt');

function taskOf(request: ModelRequest): string {
  const asked = request.messages.findLast(isTask)?.content ?? '';
  return /\nTask: ([\s\S]*)$/.exec(asked)?.[1] ?? asked;
}

function next(plan: Plan, request: ModelRequest): ScriptedReply {
  const asked = request.messages.findLastIndex(isTask);
  const steps = request.messages.slice(asked).filter(({ role }) => role === 'assistant').length;
  return plan[taskOf(request)]?.[steps] ?? { text: `done: ${taskOf(request)}` };
}

export const call = (name: string, args: unknown) => ({ name, arguments: args });
export const spawned = (task: string, more: object = {}) => call('spawn', { task, ...more });
export const read = (startLine: number) =>
  call('read_file', { path: 'a.ts', startLine, endLine: startLine + 9 });

export const requestsOf = (model: ScriptedModel, task: string) =>
  model.requests.map(({ request }) => request).filter((request) => taskOf(request) === task);

export function own<T extends SessionEventBody['type']>(
  world: MemoryWorld,
  session: string,
  type: T,
): EventOf<T>[] {
  const events: readonly SessionEvent[] = world.sessions.logs.get(session)?.events ?? [];
  return events.filter((event): event is EventOf<T> => event.type === type);
}

/** What the model was shown of the sub-agents it spawned, in the order of its calls. */
export const results = (model: ScriptedModel, task: string) =>
  toolTexts(requestsOf(model, task).at(-1)?.messages ?? []).filter(
    (text) => text.includes('sub-agent') || / calls · /.test(text),
  );

/** Every log: numbers dense, calls answered, turns ended, and every request as it was sent. */
export async function expectClosed(world: MemoryWorld): Promise<void> {
  for (const [session, log] of world.sessions.logs) {
    const events: SessionEvent[] = [];
    for await (const event of log.read()) events.push(event);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const calls = own(world, session, 'message.assistant').flatMap((event) =>
      event.calls.map(({ id }) => id),
    );
    expect(own(world, session, 'function.result').map(({ callId }) => callId)).toEqual(calls);
    expect(own(world, session, 'turn.ended')).toHaveLength(own(world, session, 'turn.started').length);
    expect(
      own(world, session, 'process.ended')
        .map((event) => event.process)
        .sort(),
    ).toEqual(
      own(world, session, 'process.started')
        .map((event) => event.process)
        .sort(),
    );
    // The number of a sub-agent is never given twice.
    const names = own(world, session, 'process.started').map((event) => event.process);
    expect(new Set(names).size).toBe(names.length);
    for (const request of await rebuildRequests({ log, blobs: world.blobs })) expectPaired(request.messages);
  }
}

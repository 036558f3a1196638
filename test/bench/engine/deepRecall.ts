/**
 * Deep memory retrieval (after Packer et al. 2023, section 3.1.1): facts told in passing over 50 sessions, in windows so
 * small that each session rolls over, and asked for in a later session in words that share only the entity.
 */
import { Random } from '../../../src/cli/eval/Random';
import { rougeLRecall } from '../../../src/cli/eval/rougeL';
import { type DeepRecallTask, deepRecallTask, type RecallFact } from '../../../src/cli/eval/tasks/deepRecall';
import type { Note } from '../../../src/engine/events';
import { type MemoryPolicy, virtualPolicy } from '../../../src/engine/memoryPolicies';
import type { ChatRequest } from '../../support/modelServer/chatProtocol';
import { providerTokens } from '../../support/modelServer/providerTokens';
import { BASELINES } from './baselines';
import { currentTurn, windowText } from './callers/conversation';
import { diligentRecaller, hasFact, lazyRecaller, listen } from './callers/recaller';
import { EngineWorld } from './EngineWorld';
import { inParallel } from './inParallel';
import type { EngineBenchOptions } from './options';
import { mean } from './statistics';

/** Small enough that the talk of one session does not fit. */
const WINDOW = 8192;
const TASK = { sessions: 50, factsPerSession: 4, pinEvery: 2, messagesPerSession: 6, messageChars: 4800 };
const SESSIONS_AT_ONCE = 6;
/** A fact counts as reachable when it is in the window after so many calls. */
const REACH_CALLS = 2;

/** One question, as it went. */
interface Recall {
  readonly fact: RecallFact;
  readonly right: boolean;
  /** ROUGE-L recall of the answer. */
  readonly rougeL: number;
  /** Where the fact stood when it was first in the window; undefined when it never was. */
  readonly through: 'notes' | 'hints' | 'summary' | 'recall' | undefined;
  /** Calls made until then. */
  readonly calls: number;
}

const CALLERS = { diligent: diligentRecaller, lazy: lazyRecaller } as const;

export async function runDeepRecall(options: EngineBenchOptions) {
  const { dist, quick, seed } = options;
  const random = Random.named(seed, 'deepRecall');
  const task = deepRecallTask(random, TASK);
  const world = await EngineWorld.open(dist);
  try {
    const { notes, rollovers } = await tell(world, task);
    const asked = (count: number) => [
      ...task.facts.filter((fact) => fact.pinned).slice(0, count),
      ...random.shuffle(task.facts.filter((fact) => !fact.pinned)).slice(0, count),
    ];
    const all = quick ? asked(12) : task.facts;
    const few = asked(quick ? 4 : 40);
    let sessions = 0;
    const ask = (question: Omit<Question, 'fact' | 'notes'>, facts: readonly RecallFact[]) =>
      inParallel(facts, SESSIONS_AT_ONCE, (fact) =>
        askFor(world, `asked${sessions++}`, { ...question, notes, fact }),
      );
    const ours = await ask({ policy: virtualPolicy, caller: 'diligent', hints: true }, all);
    const lazy = await ask({ policy: virtualPolicy, caller: 'lazy', hints: true }, quick ? few : all);
    const baselines: Record<string, object> = { noPaging: summarise(withoutPaging(task, few)) };
    for (const policy of BASELINES)
      baselines[policy.name] = summarise(await ask({ policy, caller: 'diligent', hints: true }, few));
    const isUnpinned = (fact: RecallFact) => !fact.pinned;
    const unhinted = await ask(
      { policy: virtualPolicy, caller: 'diligent', hints: false },
      all.filter(isUnpinned),
    );
    const unpinned = ours.filter(({ fact }) => isUnpinned(fact));
    return {
      ...summarise(ours),
      through: {
        notes: route(
          ours.filter(({ fact }) => fact.pinned),
          'notes',
        ),
        hints: route(unpinned, 'hints'),
        // Without hints, which would have told it before.
        recall: route(unhinted, 'recall'),
      },
      withoutHints: reachable(unhinted),
      sessions: TASK.sessions,
      rollovers,
      facts: task.facts.length,
      asked: ours.length,
      distractors: Math.min(...task.facts.map((fact) => alike(task, fact))),
      lazy: summarise(lazy),
      baselines,
    };
  } finally {
    await world.dispose();
  }
}

/** Holds all the conversations. @returns the notes they leave, and how often a window rolled over */
async function tell(
  world: EngineWorld,
  { sessions }: DeepRecallTask,
): Promise<{ readonly notes: readonly Note[]; readonly rollovers: number }> {
  let notes: readonly Note[] = [];
  let rollovers = 0;
  for (const [i, messages] of sessions.entries()) {
    // Recall is fed from the logs at the end, which comes to the same and does not keep the turns waiting.
    const apart = { hints: false, remembered: false };
    const options = {
      name: `told${i}`,
      window: WINDOW,
      caller: listen,
      policy: virtualPolicy,
      notes,
      ...apart,
    };
    notes = await world.session(options, async ({ agent, events }) => {
      for (const message of messages) await agent.submit(message);
      rollovers += events.filter(
        (event) => event.type === 'epoch.started' && event.evicted.length > 0,
      ).length;
      return agent.notes.list();
    });
  }
  await world.feedRecall();
  return { notes, rollovers };
}

interface Question {
  readonly hints: boolean;
  readonly policy: MemoryPolicy;
  readonly caller: keyof typeof CALLERS;
  readonly notes: readonly Note[];
  readonly fact: RecallFact;
}

async function askFor(
  world: EngineWorld,
  name: string,
  { policy, caller, hints, notes, fact }: Question,
): Promise<Recall> {
  const options = { name, window: WINDOW, caller: CALLERS[caller], policy, hints, notes, remembered: false };
  return world.session(options, async (session) => {
    await session.agent.submit(fact.question);
    return judge(fact, session.answer(), session.requests());
  });
}

function judge(fact: RecallFact, answer: string, requests: readonly ChatRequest[]): Recall {
  const shown = requests.find((request) => hasFact(windowText(request), fact.entity, fact.value));
  const place = shown?.messages.find((message) => hasFact(message.content ?? '', fact.entity, fact.value));
  return {
    fact,
    right: answer.includes(fact.value),
    rougeL: rougeLRecall(fact.reference, answer),
    through: place && routeOf(place),
    calls: shown ? currentTurn(shown).calls.length : Number.POSITIVE_INFINITY,
  };
}

function routeOf({ role, content }: ChatRequest['messages'][number]): Recall['through'] {
  if (role === 'system') return 'notes';
  if (role === 'tool') return 'recall';
  return content?.startsWith('<interrupt') ? 'hints' : 'summary';
}

/** No paging: the conversations' end stands in the prompt, as much as fits, and nothing can be searched. */
function withoutPaging(task: DeepRecallTask, facts: readonly RecallFact[]): Recall[] {
  const messages = task.sessions.flat();
  const kept: string[] = [];
  for (let tokens = 0, i = messages.length - 1; i >= 0; i--) {
    tokens += providerTokens(messages[i] ?? '');
    if (tokens > WINDOW) break;
    kept.unshift(messages[i] ?? '');
  }
  return facts.map((fact) => {
    const said = [...kept, fact.question].map((content) => ({ role: 'user' as const, content }));
    const request: ChatRequest = { model: 'test-model', messages: said };
    return judge(fact, diligentRecaller(request).text ?? '', [request]);
  });
}

function summarise(recalls: readonly Recall[]) {
  const pinned = recalls.filter(({ fact }) => fact.pinned);
  const unpinned = recalls.filter(({ fact }) => !fact.pinned);
  return {
    pinned: reached(pinned, 0),
    unpinned: reached(unpinned, REACH_CALLS),
    accuracy: mean(recalls.map((recall) => Number(recall.right))),
    rougeL: mean(recalls.map((recall) => recall.rougeL)),
    unpinnedWithinCalls: reachable(unpinned),
  };
}

/** Share of the facts that were in the window after so many calls. */
function reachable(recalls: readonly Recall[]): Readonly<Record<string, number>> {
  return Object.fromEntries([0, 1, 2, 3, 4].map((calls) => [String(calls), reached(recalls, calls)]));
}

function reached(recalls: readonly Recall[], calls: number): number {
  return mean(recalls.map((recall) => Number(recall.calls <= calls)));
}

/** What came through one route, of the facts that may come through it. */
function route(recalls: readonly Recall[], through: Recall['through']) {
  const came = recalls.filter((recall) => recall.through === through);
  return {
    share: mean(recalls.map((recall) => Number(recall.through === through))),
    rougeL: mean(came.map((recall) => recall.rougeL)),
  };
}

function alike(task: DeepRecallTask, fact: RecallFact): number {
  return task.facts.filter((other) => other.form === fact.form).length - 1;
}

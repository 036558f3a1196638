/**
 * Nested key-value retrieval (Packer et al. 2023, section 3.2.2): 140 pairs of UUIDs start in archival storage, a note
 * each; a lookup follows up to five values that are keys themselves. Windows hold all pairs, half and a tenth of them.
 */
import { Random } from '../../../src/cli/eval/Random';
import {
  KV_LEVELS,
  KV_PAIRS,
  kvNote,
  kvPrompt,
  type NestedKvQuestion,
  type NestedKvTask,
  nestedKvTask,
} from '../../../src/cli/eval/tasks/nestedKv';
import { type MemoryPolicy, virtualPolicy } from '../../../src/engine/memoryPolicies';
import type { ChatRequest, Policy } from '../../support/modelServer/chatProtocol';
import { BASELINES } from './baselines';
import { currentTurn, windowText } from './callers/conversation';
import { diligentKeyValue, lazyKeyValue, pairsIn } from './callers/keyValue';
import { EngineWorld } from './EngineWorld';
import { inParallel } from './inParallel';
import type { EngineBenchOptions } from './options';
import { mean } from './statistics';

/** Orderings asked in one session, so that its lookups touch more pairs than the smaller windows hold. */
const PER_SESSION = 4;
const BUDGETS = { all: 1, half: 0.5, tenth: 0.1 } as const;
type Budget = keyof typeof BUDGETS;
/** What a pair takes in the window, in the provider's tokens: the search, and its result with this one note. */
const PAIR_TOKENS = 190;
/** System instructions, schemas and the question. */
const HEAD_TOKENS = 2000;
const SESSIONS_AT_ONCE = 6;

/** One question, as it went. */
interface Lookup {
  readonly nesting: number;
  readonly right: boolean;
  /** Pairs brought in for the first time in the session. */
  readonly cold: number;
  /** Pairs brought in again after they had been evicted. */
  readonly capacity: number;
  /** Pairs brought in although they were in the window. */
  readonly resident: number;
  readonly searches: number;
}

interface Session {
  readonly lookups: readonly Lookup[];
  readonly rollovers: number;
}

interface Run {
  readonly policy: MemoryPolicy;
  readonly caller: 'diligent' | 'lazy';
  readonly budget: Budget;
  readonly orderings: readonly NestedKvTask[];
}

const CALLERS = { diligent: diligentKeyValue, lazy: lazyKeyValue } as const;

export async function runNestedKv(options: EngineBenchOptions) {
  const { dist, quick, seed } = options;
  const random = Random.named(seed, 'nestedKv');
  const orderings = Array.from({ length: quick ? PER_SESSION : 100 }, () => nestedKvTask(random));
  const lazyOrderings = quick ? orderings.slice(0, 1) : orderings;
  const baselineOrderings = orderings.slice(0, quick ? 1 : 12);
  const world = await EngineWorld.open(dist);
  try {
    await store(world, orderings);
    const budgets = Object.keys(BUDGETS) as Budget[];
    const runs = budgets.flatMap((budget): Run[] => [
      ...sessionsOf({ policy: virtualPolicy, caller: 'diligent', budget }, orderings),
      ...sessionsOf({ policy: virtualPolicy, caller: 'lazy', budget }, lazyOrderings),
      ...(quick && budget !== 'tenth' ? [] : BASELINES).flatMap((policy) =>
        sessionsOf({ policy, caller: 'diligent', budget }, baselineOrderings),
      ),
    ]);
    const done = await inParallel(runs, SESSIONS_AT_ONCE, async (run, i) => ({
      ...run,
      ...(await lookUp(world, `kv${i}`, run)),
    }));
    const sessions = (policy: MemoryPolicy, caller: Run['caller'], budget?: Budget) =>
      done
        .filter((run) => run.policy === policy && run.caller === caller)
        .filter((run) => budget === undefined || run.budget === budget);
    const of = (...which: Parameters<typeof sessions>) => sessions(...which).flatMap((run) => run.lookups);
    const perBudget = <Value>(value: (budget: Budget) => Value, some: readonly Budget[] = budgets) =>
      Object.fromEntries(some.map((budget) => [budget, value(budget)]));
    const ours = of(virtualPolicy, 'diligent');
    return {
      accuracy: accuracy(ours),
      faultsPerLookup: byLevel(ours, (lookup) => lookup.cold),
      refaultsOfResident: ours.reduce((sum, lookup) => sum + lookup.resident, 0),
      lookups: ours.length,
      orderings: orderings.length,
      byBudget: perBudget((budget) => figures(sessions(virtualPolicy, 'diligent', budget))),
      lazy: {
        accuracy: accuracy(of(virtualPolicy, 'lazy')),
        byLevel: byLevel(of(virtualPolicy, 'lazy'), (lookup) => Number(lookup.right)),
      },
      baselines: {
        noPaging: perBudget((budget) => ({ accuracy: accuracy(prompted(orderings, budget)) })),
        ...Object.fromEntries(
          BASELINES.map((policy) => [
            policy.name,
            perBudget((budget) => figures(sessions(policy, 'diligent', budget)), quick ? ['tenth'] : budgets),
          ]),
        ),
      },
    };
  } finally {
    await world.dispose();
  }
}

function sessionsOf(run: Omit<Run, 'orderings'>, orderings: readonly NestedKvTask[]): Run[] {
  return Array.from({ length: Math.ceil(orderings.length / PER_SESSION) }, (_, i) => ({
    ...run,
    orderings: orderings.slice(i * PER_SESSION, (i + 1) * PER_SESSION),
  }));
}

async function store(world: EngineWorld, orderings: readonly NestedKvTask[]): Promise<void> {
  const notes = orderings.flatMap(({ pairs }, ordering) =>
    pairs.map((pair, i) => ({
      id: (ordering * KV_PAIRS + i).toString(16).padStart(8, '0'),
      session: `ordering${ordering}`,
      time: Date.now(),
      text: kvNote(pair),
    })),
  );
  await world.disk.insertNotes(notes);
}

/** @returns a window whose queue holds so many pairs before anything is evicted */
function windowFor(pairs: number): number {
  const prompt = (HEAD_TOKENS + pairs * PAIR_TOKENS) / 0.9;
  return Math.ceil(Math.max((prompt + 1024) / 0.98, prompt / (1 - 1 / 6 - 0.02)));
}

async function lookUp(world: EngineWorld, name: string, run: Run): Promise<Session> {
  const window = windowFor(KV_PAIRS * BUDGETS[run.budget]);
  const caller: Policy = CALLERS[run.caller];
  const questions = run.orderings.flatMap((ordering) => ordering.questions);
  return world.session({ name, window, caller, policy: run.policy }, async (session) => {
    const answers: string[] = [];
    for (const { key } of questions) {
      await session.agent.submit(kvPrompt(key));
      answers.push(session.answer());
    }
    const rollovers = session.events.filter(
      (event) => event.type === 'epoch.started' && event.evicted.length > 0,
    );
    return { rollovers: rollovers.length, lookups: judge(questions, answers, session.requests()) };
  });
}

/** What the requests show: which pairs a step brought into the window, and whether they had been there. */
function judge(
  questions: readonly NestedKvQuestion[],
  answers: readonly string[],
  requests: readonly ChatRequest[],
): Lookup[] {
  const everShown = new Set<string>();
  let before = new Map<string, number>();
  const counts = questions.map(() => ({ cold: 0, capacity: 0, resident: 0, searches: 0 }));
  for (const request of requests) {
    const { question, calls } = currentTurn(request);
    const count = counts[questions.findIndex(({ key }) => question.endsWith(key))];
    const now = occurrences(windowText(request));
    for (const [key, times] of now) {
      const had = before.get(key) ?? 0;
      if (count && times > had) count[had > 0 ? 'resident' : everShown.has(key) ? 'capacity' : 'cold']++;
      everShown.add(key);
    }
    if (count) count.searches = Math.max(count.searches, calls.length);
    before = now;
  }
  return questions.map(({ nesting, answer }, i) => ({
    nesting,
    right: answers[i] === answer,
    ...(counts[i] as (typeof counts)[number]),
  }));
}

/** How often a text shows each pair, by its key. */
function occurrences(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { key } of pairsIn(text)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** No paging: as many pairs as the budget holds stand in the prompt, the first ones are cut off, nothing can be searched. */
function prompted(orderings: readonly NestedKvTask[], budget: Budget): Pick<Lookup, 'right' | 'nesting'>[] {
  return orderings.flatMap(({ pairs, questions }) => {
    const fitting = pairs.slice(-Math.floor(KV_PAIRS * BUDGETS[budget])).map(kvNote);
    return questions.map(({ key, answer, nesting }) => {
      const content = `${fitting.join('\n')}\n\n${kvPrompt(key)}`;
      const request: ChatRequest = { model: 'test-model', messages: [{ role: 'user', content }] };
      return { nesting, right: diligentKeyValue(request).text === answer };
    });
  });
}

function figures(sessions: readonly Session[]) {
  const lookups = sessions.flatMap((session) => session.lookups);
  return {
    accuracy: accuracy(lookups),
    coldFaults: byLevel(lookups, (lookup) => lookup.cold),
    capacityFaults: mean(lookups.map((lookup) => lookup.capacity)),
    refaultsOfResident: lookups.reduce((sum, lookup) => sum + lookup.resident, 0),
    searches: mean(lookups.map((lookup) => lookup.searches)),
    rolloversPerSession: mean(sessions.map((session) => session.rollovers)),
  };
}

function accuracy(lookups: readonly Pick<Lookup, 'right'>[]): number {
  return mean(lookups.map((lookup) => Number(lookup.right)));
}

function byLevel(
  lookups: readonly Lookup[],
  value: (lookup: Lookup) => number,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    KV_LEVELS.map((level) => [
      String(level),
      mean(lookups.filter((lookup) => lookup.nesting === level).map(value)),
    ]),
  );
}

/**
 * What memory management costs: coding sessions under each way to manage the window, billed by two price tables. All work
 * off the same plan with the same diligent model; the window is the same for all. Tokens are four characters each, for the
 * engine and the provider alike.
 */

import { OUTPUT_PRICE } from '../../../src/cli/replay/prices';
import { DEFAULT_SETTINGS } from '../../../src/engine/AgentParts';
import { memgptPolicy } from '../../../src/engine/memoryPolicies';
import { sliding30Policy } from './baselines';
import type { CodingModel } from './CodingModel';
import type { EngineBenchOptions } from './options';
import { Random } from './random';
import { runSession, type SessionOptions, type SessionRun } from './runSession';
import { loadTraces } from './traces';

const WINDOW_TOKENS = 131_072;

type Managed = 'virtual' | 'memgpt' | 'sliding30' | 'dropOldest';

const WAYS: Readonly<Record<Managed, SessionOptions['settings']>> = {
  virtual: { policy: DEFAULT_SETTINGS.policy, residentLimit: DEFAULT_SETTINGS.residentLimit },
  memgpt: { policy: memgptPolicy, residentLimit: Number.POSITIVE_INFINITY },
  sliding30: { policy: sliding30Policy, residentLimit: Number.POSITIVE_INFINITY },
  dropOldest: undefined,
};

interface Bill {
  readonly cachedShare: number;
  /** Everything in input tokens: input, summaries and output. */
  readonly billed: number;
  /** Of these, input for summaries. */
  readonly summaries: number;
}

interface CostRow {
  readonly requests: number;
  readonly promptTokens: number;
  /** Output in input tokens, a part of what is billed. */
  readonly outputBilled: number;
  readonly explicit: Bill;
  readonly automatic: Bill;
  readonly summaries: number;
  readonly rollovers: number;
  readonly bytesRewritten: number;
  /** Share of the places needed again that were in the window, as current as it takes to use them. */
  readonly residency: number;
  readonly cold: number;
  readonly capacity: number;
  readonly stale: number;
  readonly refusedEdits: number;
  /** Prompts that were over the window, and steps that went on without what they needed: 0 or the run means nothing. */
  readonly overWindow: number;
  readonly gaveUp: number;
}

interface SessionCost {
  readonly trace: string;
  readonly turns: number;
  readonly ways: Readonly<Record<Managed, CostRow>>;
}

export interface CostResult {
  /** Tokens served from the cache, of all prompt tokens; by the table where it is worse. */
  readonly cachedShare: number;
  /** Billed by ours, of what the other is billed; by the table where it is worse. */
  readonly vsDropOldest: number;
  readonly vsMemgpt: number;
  readonly vsSliding30: number;
  readonly residency: Readonly<Record<Managed, number>>;
  readonly sessions: readonly SessionCost[];
}

/** Quick: a part of one session. Else 500 turns of every trace, and 5,000 of one. */
export async function runCost({ quick, seed, traces: folder }: EngineBenchOptions): Promise<CostResult> {
  const traces = loadTraces(folder, seed);
  const long = new Random(seed).pick(traces);
  const planned = quick
    ? [{ trace: long, turns: 100 }]
    : [...traces.map((trace) => ({ trace, turns: 500 })), { trace: long, turns: 5000 }];
  const sessions: SessionCost[] = [];
  for (const { trace, turns } of planned) {
    const ways: Partial<Record<Managed, CostRow>> = {};
    for (const [name, settings] of Object.entries(WAYS) as [Managed, SessionOptions['settings']][])
      ways[name] = rowOf(await runSession({ trace, seed, turns, windowTokens: WINDOW_TOKENS, settings }));
    sessions.push({ trace: trace.name, turns, ways: ways as Record<Managed, CostRow> });
  }
  const worse = (other: Managed) =>
    Math.max(...TABLES.map((table) => total(sessions, 'virtual', table) / total(sessions, other, table)));
  const residency = (way: Managed) => mean(sessions.map((session) => session.ways[way].residency));
  return {
    cachedShare: Math.min(
      ...TABLES.map((table) => mean(sessions.map(({ ways }) => ways.virtual[table].cachedShare))),
    ),
    vsDropOldest: worse('dropOldest'),
    vsMemgpt: worse('memgpt'),
    vsSliding30: worse('sliding30'),
    residency: {
      virtual: residency('virtual'),
      memgpt: residency('memgpt'),
      sliding30: residency('sliding30'),
      dropOldest: residency('dropOldest'),
    },
    sessions,
  };
}

const TABLES = ['explicit', 'automatic'] as const;

function rowOf({ model, rollovers }: SessionRun): CostRow {
  const { resident, cold, capacity, stale } = model.needs;
  return {
    requests: model.requests,
    promptTokens: model.meters[0]?.promptTokens ?? 0,
    outputBilled: model.outputTokens * OUTPUT_PRICE,
    explicit: billOf(model, 0),
    automatic: billOf(model, 1),
    summaries: model.summaries,
    rollovers,
    bytesRewritten: model.bytesRewritten,
    residency: resident / (resident + capacity + stale),
    cold,
    capacity,
    stale,
    refusedEdits: model.failedEdits,
    overWindow: model.refused,
    gaveUp: model.gaveUp,
  };
}

function billOf(model: CodingModel, table: number): Bill {
  const meter = model.meters[table];
  if (!meter) throw new RangeError(`There is no price table ${table}.`);
  return {
    cachedShare: meter.cachedTokens / meter.promptTokens,
    billed: Math.round(meter.inputBilled + model.outputTokens * OUTPUT_PRICE),
    summaries: Math.round(model.summaryBilled[table] ?? 0),
  };
}

function total(sessions: readonly SessionCost[], way: Managed, table: (typeof TABLES)[number]): number {
  return sessions.reduce((sum, { ways }) => sum + ways[way][table].billed, 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

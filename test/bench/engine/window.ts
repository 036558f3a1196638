/** Whether any request is over the window: random sessions, with models that count with another tokenizer than ours. */
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { memgptPolicy, virtualPolicy } from '../../../src/engine/memoryPolicies';
import { anyActs, anySession } from '../../support/anySession';
import { inParallel } from './inParallel';
import type { EngineBenchOptions } from './options';

const SESSIONS = { quick: 60, full: 10_000 };
const PORTION = 100;
/** Sessions under way at once. */
const AT_ONCE = 4;

export interface WindowResult {
  /** Requests that the model refused for their length, and turns that ended for no reason. */
  readonly violations: number;
  readonly sessions: number;
  readonly requests: number;
}

/** Half of the sessions are run by our policy, half by the paper's. */
export async function runWindow({ quick, seed }: EngineBenchOptions): Promise<WindowResult> {
  const sessions = quick ? SESSIONS.quick : SESSIONS.full;
  const counts: { readonly requests: number; readonly violations: number }[] = [];
  // In portions: ten thousand plans at once do not fit in memory.
  for (let from = 0; from < sessions; from += PORTION) {
    const plans = fc.sample(anyActs, { numRuns: Math.min(PORTION, sessions - from), seed: seed + from });
    counts.push(
      ...(await inParallel(plans, AT_ONCE, async (acts, index) => {
        const { sent, unexpected } = await anySession(acts, index % 2 === 0 ? virtualPolicy : memgptPolicy);
        // In memory nothing ever waits for the event loop, and what ended signals hold is given back only when it turns.
        await setImmediate();
        const rejected = sent.filter((request) => request.rejected).length;
        return { requests: sent.length, violations: rejected + unexpected.length };
      })),
    );
  }
  const sum = (of: (count: (typeof counts)[number]) => number) =>
    counts.reduce((n, count) => n + of(count), 0);
  return { violations: sum((n) => n.violations), sessions, requests: sum((n) => n.requests) };
}

/** Whether log and blobs say byte for byte what was sent: coding sessions with rollovers, notes, edits and stale pages. */
import { DEFAULT_SETTINGS } from '../../../src/engine/AgentParts';
import { memgptPolicy } from '../../../src/engine/memoryPolicies';
import { replayRequests } from '../../../src/engine/RequestReplay';
import { sha256 } from '../../../src/journal/sha256';
import type { EngineBenchOptions } from './options';
import { runSession } from './runSession';
import { loadTraces } from './traces';

/** Small, so that there are many rollovers. */
const WINDOW_TOKENS = 32_768;

export interface ReplayResult {
  /** Share of the requests that were rebuilt as they were sent. */
  readonly identical: number;
  readonly requests: number;
  readonly rollovers: number;
}

export async function runReplay({ quick, seed, traces }: EngineBenchOptions): Promise<ReplayResult> {
  let requests = 0;
  let identical = 0;
  let rollovers = 0;
  for (const trace of loadTraces(traces, seed).slice(0, quick ? 1 : undefined)) {
    for (const policy of [DEFAULT_SETTINGS.policy, memgptPolicy]) {
      const settings = { policy, residentLimit: DEFAULT_SETTINGS.residentLimit };
      const options = { trace, seed, turns: quick ? 40 : 300, windowTokens: WINDOW_TOKENS, settings };
      const run = await runSession(options, async (log, blobs) => {
        for await (const replayed of replayRequests(log.sessionId, log.read(), blobs, sha256)) {
          requests++;
          if (replayed.identical) identical++;
        }
      });
      rollovers += run.rollovers;
    }
  }
  return { identical: identical / requests, requests, rollovers };
}

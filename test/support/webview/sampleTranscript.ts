import type { OutputEvent } from '../../../src/engine/OutputBuffer';

const ANSWER = `The queue manager evicts in **one batch**, oldest first, from the high watermark down to the low one.

1. It warns at 70 % of the budget ([src/engine/QueueManager.ts:83-96](src/engine/QueueManager.ts#L83-L96)).
2. It writes stubs in place of what it evicts, see \`src/engine/stubs.ts:12-40\` and \`WATERMARKS\`.

\`\`\`typescript
/** Evicts the oldest entries. */
export async function flush(budget: TokenBudget, limit = 0.5): Promise<number> {
  const goal = budget.budget * WATERMARKS.low; // tokens
  if (resident <= goal) return 0;
  return evict('oldest-first', goal);
}
\`\`\`

| watermark | share | act |
|---|---|---|
| warning | 70 % | interrupt |
| high | 100 % | flush |

> Nothing is lost: each page keeps its address.

More at [the paper](https://arxiv.org/abs/2310.08560).`;

/** A turn with everything that a turn can have. */
export const sampleTranscript: readonly OutputEvent[] = [
  { type: 'turnStarted', turn: 1 },
  { type: 'userMessage', seq: 3, turn: 1, text: 'How does the queue manager decide what to evict?' },
  { type: 'assistantMessage', seq: 4, turn: 1, text: '' },
  call('call_1', 'search_workspace', { query: 'queue manager eviction watermark' }),
  done('call_1', 'search_workspace', 412, { kind: 'major', tier: 'archival' }),
  call('call_2', 'read_file', { path: 'src/engine/QueueManager.ts', startLine: 60, endLine: 140 }),
  done(
    'call_2',
    'read_file',
    1812,
    { kind: 'major', tier: 'archival' },
    'src/engine/QueueManager.ts',
    60,
    140,
  ),
  call('call_3', 'read_file', { path: 'src/engine/stubs.ts' }),
  done('call_3', 'read_file', 96, { kind: 'minor', tier: 'resident' }, 'src/engine/stubs.ts', 1, 40),
  call('call_4', 'grep', { pattern: 'WATERMARKS\\.', glob: 'src/**/*.ts' }),
  { ...done('call_4', 'grep', 31), isError: true },
  { type: 'interrupt', kind: 'memoryPressure', text: 'Memory pressure: 5020 of 7100 tokens' },
  {
    type: 'evicted',
    epoch: 2,
    reason: 'highWatermark',
    pages: 12,
    tokens: 3420,
    tokensBefore: 6000,
    tokensAfter: 2900,
  },
  { type: 'assistantMessage', seq: 20, turn: 1, text: ANSWER },
  { type: 'turnEnded', turn: 1, reason: 'done' },
  {
    type: 'gauge',
    gauge: {
      system: 1210,
      notes: 320,
      summary: 410,
      pages: 600,
      queue: 1880,
      free: 2680,
      budget: 7100,
      window: 8192,
      windowSource: 'assumed',
      limit: 5000,
      hitRatio: 0.75,
      thrashing: false,
    },
  },
];

function call(callId: string, name: string, args: object): OutputEvent {
  return { type: 'callStarted', callId, name, arguments: JSON.stringify(args) };
}

function done(
  callId: string,
  name: string,
  tokens: number,
  fault?: (OutputEvent & { type: 'callFinished' })['fault'],
  path?: string,
  startLine = 1,
  endLine = 1,
): OutputEvent & { type: 'callFinished' } {
  const page = path && {
    address: `file:app/${path}#L${startLine}-L${endLine}@0123456789abcdef`,
    path,
    startLine,
    endLine,
    source: 'f'.repeat(64),
    version: '1',
  };
  return {
    type: 'callFinished',
    callId,
    name,
    address: `tool:s1/${callId.slice(5)}`,
    tokens,
    isError: false,
    ...(fault ? { fault } : {}),
    pages: page ? [page] : [],
    ms: 14,
  };
}

import { join } from 'node:path';
import { JournalError } from '../../engine/errors';
import { type MemoryPolicy, memgptPolicy, virtualPolicy } from '../../engine/memoryPolicies';
import { FileBlobStore } from '../../journal/fileBlobStore';
import { FileSessionHistory } from '../../journal/fileSessionHistory';
import { readLineage } from '../../journal/sessionFiles';
import { blobsFolder } from '../../journal/storeFolders';
import { GptTokenCounter } from '../../models/gptTokenCounter';
import { type PlaceOptions, sessionPlaceOf } from '../place';
import { readRecording } from './Recording';
import { reenact } from './reenact';
import { type SessionBill, sessionBill } from './sessionBill';

/** By the names they go by on the command line. */
export const REPLAY_POLICIES: Readonly<Record<'virtual' | 'memgpt', MemoryPolicy>> = {
  virtual: virtualPolicy,
  memgpt: memgptPolicy,
};

export interface PolicyReplayOptions extends PlaceOptions {
  readonly session: string;
  readonly policy?: keyof typeof REPLAY_POLICIES;
  /** Provider tokens; default: as it was. */
  readonly window?: number;
  readonly json?: boolean;
}

/** `vctx replay --session ID --policy NAME --window N`: what would have happened, beside what did. Only reads the store. */
export async function replayUnderPolicy(options: PolicyReplayOptions, signal: AbortSignal): Promise<void> {
  const { store, sessions } = await sessionPlaceOf(options);
  const { session, policy: name = 'virtual' } = options;
  const counter = new GptTokenCounter(join(__dirname, 'tokenWorker.js'));
  try {
    const blobs = await FileBlobStore.open(blobsFolder(store));
    const history = new FileSessionHistory(sessions);
    const events = () => readLineage(sessions, session);
    const recording = await readRecording(session, events(), blobs);
    if (recording.steps.length === 0)
      throw new JournalError(`Nothing was answered in ${session}.`, 'Name a session with an answer.');
    const windowTokens = options.window ?? recording.windowTokens;
    const did = await sessionBill(session, events, blobs, counter, signal);
    const policy = REPLAY_POLICIES[name];
    const re = await reenact({ recording, blobs, history, counter, policy, windowTokens, signal });
    const { sessionId } = re.log;
    const would = await sessionBill(sessionId, () => re.log.read(), re.blobs, counter, signal);
    const result = { session, policy: name, window: windowTokens, steps: recording.steps.length };
    const inserted = re.inserted;
    if (options.json) console.log(JSON.stringify({ ...result, did, would: { ...would, inserted } }));
    else console.log(text(result, did, would, inserted));
  } finally {
    counter.dispose();
  }
}

type Row = readonly [name: string, value: (bill: SessionBill) => string];

const ROWS: readonly Row[] = [
  ['faults, cold', ({ figures }) => count(figures.faults.cold)],
  ['faults, capacity', ({ figures }) => count(figures.faults.capacity)],
  ['faults, stale', ({ figures }) => count(figures.faults.stale)],
  ['faults, hint', ({ figures }) => count(figures.faults.hint)],
  ['faults, minor', ({ figures }) => count(figures.minorFaults)],
  ['hit ratio', ({ figures }) => percent(figures.hitRatio)],
  ['rollovers', ({ figures }) => count(figures.rollovers)],
  ['requests', ({ requests }) => count(requests)],
  ['of these summaries', ({ summaries }) => count(summaries)],
  ['prompt tokens', ({ promptTokens }) => count(promptTokens)],
  ['output tokens', ({ outputTokens }) => count(outputTokens)],
  ['resident, mean', ({ residency }) => count(residency.mean)],
  ['resident, peak', ({ residency }) => count(residency.peak)],
  ['cached, explicit', ({ costs }) => percent(costs[0]?.cachedShare ?? 0)],
  ['cost, explicit', ({ costs }) => count(costs[0]?.cost ?? 0)],
  ['cached, automatic', ({ costs }) => percent(costs[1]?.cachedShare ?? 0)],
  ['cost, automatic', ({ costs }) => count(costs[1]?.cost ?? 0)],
];

function text(
  of: { readonly session: string; readonly policy: string; readonly window: number; readonly steps: number },
  did: SessionBill,
  would: SessionBill,
  inserted: number,
): string {
  const table = [
    ['', 'did', 'would'],
    ...ROWS.map(([name, value]) => [name, value(did), value(would)] as const),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  const lines = table.map(
    ([name = '', a = '', b = '']) =>
      `  ${name.padEnd(widths[0] ?? 0)}  ${a.padStart(widths[1] ?? 0)}  ${b.padStart(widths[2] ?? 0)}`,
  );
  return [
    `Chat ${of.session}, ${count(of.steps)} steps, re-enacted under policy ${of.policy} in a window of ${count(of.window)} tokens`,
    '',
    ...lines,
    '',
    `${count(inserted)} calls were added that bring back what a recorded message made use of and this window did not hold.`,
    "Tokens are the extension's own count, on both sides; resident is the provider's, estimated. Costs are in input tokens:",
    'explicit caching reads at 0.1 and writes at 1.25, automatic caching reads at 0.1 and writes at 1, output costs 5.',
    'This shows mechanism and cost. The model says what it said then, not what it would have said; hints, prefetches and',
    'what sub-agents cost are not re-enacted, and summaries are extracts.',
  ].join('\n');
}

function count(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

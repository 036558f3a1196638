import type { EventOf } from '../../src/engine/events';
import type { BlobStore } from '../../src/engine/ports';

type EpochStarted = Omit<EventOf<'epoch.started'>, 'seq' | 'at'>;

/** A rollover after which the window is empty but for what `change` says. */
export async function epochStarted(blobs: BlobStore, change: Partial<EpochStarted>): Promise<EpochStarted> {
  return {
    type: 'epoch.started',
    epoch: 1,
    reason: 'highWatermark',
    model: 'm',
    budget: 7000,
    head: await blobs.put('[]'),
    headTokens: { system: 0, notes: 0, summary: 0 },
    functions: await blobs.put('[]'),
    summary: null,
    summaryBy: 'none',
    notesThrough: 0,
    retained: [],
    evicted: [],
    tokensBefore: 10,
    tokensAfter: 0,
    ...change,
  };
}

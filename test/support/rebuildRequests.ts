/** Rebuilds the requests of a session from its log and blobs alone, and checks each against the hash in the log. */
import type { SessionEvent } from '../../src/engine/events';
import type { BlobStore, ModelRequest } from '../../src/engine/ports';
import { replayRequests } from '../../src/engine/RequestReplay';
import { sha256 } from './memoryPorts';
import { isSummaryRequest } from './scriptedModel';

interface Record {
  readonly log: { readonly sessionId: string; read(): AsyncIterable<SessionEvent> };
  readonly blobs: BlobStore;
}

/** @throws Error when a rebuilt request does not hash to what the log says was sent */
export async function rebuildRequests(record: Record): Promise<ModelRequest[]> {
  return (await rebuildAllRequests(record)).filter((request) => !isSummaryRequest(request));
}

/** Those for summaries included, in the order they were sent. */
export async function rebuildAllRequests({ log, blobs }: Record): Promise<ModelRequest[]> {
  const requests: ModelRequest[] = [];
  for await (const replayed of replayRequests(log.sessionId, log.read(), blobs, sha256)) {
    if (!replayed.identical) throw new Error(`request #${replayed.seq} is not what the log says was sent`);
    requests.push(replayed.request);
  }
  return requests;
}

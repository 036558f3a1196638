/** Rebuilds every step request of a session from its log and blobs alone, and checks it against the hash in the log. */
import type { SessionEvent } from '../../src/engine/events';
import { requestHash } from '../../src/engine/MainContext';
import type { BlobStore, ModelRequest } from '../../src/engine/ports';
import { SessionState } from '../../src/engine/SessionState';
import { roughCounter, sha256 } from './memoryPorts';
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
  const state = new SessionState(log.sessionId, blobs, roughCounter, () => 500);
  const requests: ModelRequest[] = [];
  for await (const event of log.read()) {
    await state.apply(event);
    if (event.type !== 'request.sent') continue;
    const request =
      event.purpose === 'step'
        ? state.context.request(event.maxOutputTokens)
        : (JSON.parse(await blobs.get(event.body ?? '')) as ModelRequest);
    const hash = requestHash(request, sha256);
    if (hash !== event.hash)
      throw new Error(`request #${event.seq} rebuilds to ${hash}, the log says ${event.hash}`);
    requests.push(request);
  }
  return requests;
}

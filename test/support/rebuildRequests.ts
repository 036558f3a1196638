/** Rebuilds every step request of a session from its log and blobs alone, and checks it against the hash in the log. */
import { requestHash } from '../../src/engine/MainContext';
import type { ModelRequest } from '../../src/engine/ports';
import { SessionState } from '../../src/engine/SessionState';
import { type MemoryWorld, roughCounter, sha256 } from './memoryPorts';

/** @throws Error when a rebuilt request does not hash to what the log says was sent */
export async function rebuildRequests(world: MemoryWorld): Promise<ModelRequest[]> {
  const state = new SessionState(world.log.sessionId, world.blobs, roughCounter, () => 500);
  const requests: ModelRequest[] = [];
  for (const event of world.log.events) {
    await state.apply(event);
    if (event.type !== 'request.sent' || event.purpose !== 'step') continue;
    const request = state.context.request(event.maxOutputTokens);
    const hash = requestHash(request, sha256);
    if (hash !== event.hash)
      throw new Error(`request #${event.seq} rebuilds to ${hash}, the log says ${event.hash}`);
    requests.push(request);
  }
  return requests;
}

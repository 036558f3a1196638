/** Rebuilds every request of a session from its log and blobs alone, to be compared with what the log says was sent. */
import type { SessionEvent } from './events';
import { requestHash } from './MainContext';
import type { BlobStore, ContentHasher, ModelRequest } from './ports';
import { SessionState } from './SessionState';

export interface ReplayedRequest {
  /** Sequence number of its `request.sent`. */
  readonly seq: number;
  readonly purpose: 'step' | 'summary';
  readonly request: ModelRequest;
  /** Whether it hashes to what the log says. */
  readonly identical: boolean;
}

/**
 * @param events of the session from its first one on, those it inherits included
 * @throws JournalError when a blob is missing or damaged
 */
export async function* replayRequests(
  session: string,
  events: AsyncIterable<SessionEvent>,
  blobs: BlobStore,
  hash: ContentHasher,
): AsyncGenerator<ReplayedRequest> {
  const state = new SessionState(session, blobs, NO_COUNTER, () => 0);
  for await (const event of events) {
    await state.apply(event);
    if (event.type !== 'request.sent') continue;
    const { seq, purpose } = event;
    const request =
      purpose === 'step'
        ? state.context.request(event.maxOutputTokens)
        : (JSON.parse(await blobs.get(event.body ?? '')) as ModelRequest);
    yield { seq, purpose, request, identical: requestHash(request, hash) === event.hash };
  }
}

/** Nothing of a request depends on a count. */
const NO_COUNTER = { count: async (texts: readonly string[]) => texts.map(() => 0) };

/** The journal of a re-enacted session: nothing of it reaches the disk. */
import type { NewSessionEvent, SessionEvent } from '../../engine/events';
import type { BlobStore, SessionHistory, SessionLog } from '../../engine/ports';
import { sha256 } from '../../journal/sha256';

export class MemoryLog implements SessionLog {
  readonly events: SessionEvent[] = [];

  constructor(readonly sessionId: string) {}

  async append(events: readonly NewSessionEvent[]): Promise<readonly SessionEvent[]> {
    const first = this.events.length + 1;
    const written = events.map((event, index): SessionEvent => ({ ...event, seq: first + index }));
    this.events.push(...written);
    return written;
  }

  async *read(): AsyncIterable<SessionEvent> {
    yield* this.events;
  }

  async close(): Promise<void> {}
}

/** What is new stays in memory; what was recorded is read where it is. */
export class OverlaidBlobs implements BlobStore {
  private readonly texts = new Map<string, string>();

  constructor(private readonly recorded: BlobStore) {}

  async put(text: string): Promise<string> {
    const hash = sha256(text);
    this.texts.set(hash, text);
    return hash;
  }

  async get(hash: string): Promise<string> {
    return this.texts.get(hash) ?? this.recorded.get(hash);
  }
}

/** @returns the histories on disk, and `log` among them */
export function overlaidHistory(log: SessionLog, recorded: SessionHistory): SessionHistory {
  const own = (session: string) => session === log.sessionId;
  return {
    sessions: async () => [log.sessionId, ...(await recorded.sessions())],
    events: (session) => (own(session) ? log.read() : recorded.events(session)),
    lineage: (session) => (own(session) ? log.read() : recorded.lineage(session)),
  };
}

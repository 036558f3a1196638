import type { SessionEvent } from '../engine/events';
import type { SessionHistory } from '../engine/ports';
import { isSessionId, listSessions, readLineage, readSession } from './sessionFiles';

/** The sessions of a folder, read without opening them: this window's and those other windows are writing. */
export class FileSessionHistory implements SessionHistory {
  /** @param dir folder of all sessions */
  constructor(private readonly dir: string) {}

  async sessions(): Promise<readonly string[]> {
    return (await listSessions(this.dir)).map((session) => session.id);
  }

  async *events(session: string): AsyncGenerator<SessionEvent> {
    // Ids come out of addresses that models write.
    if (isSessionId(session)) yield* readSession(this.dir, session);
  }

  async *lineage(session: string): AsyncGenerator<SessionEvent> {
    if (isSessionId(session)) yield* readLineage(this.dir, session);
  }
}

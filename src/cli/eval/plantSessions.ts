/** Past sessions put into a store as if they had been held there: the engine reads them as any other. */
import type { Note, SessionEventBody } from '../../engine/events';
import { FileSessionLog } from '../../journal/fileSessionLog';
import { sessionsFolder } from '../../journal/storeFolders';

export interface PastSession {
  readonly id: string;
  readonly exchanges: readonly { readonly user: string; readonly assistant: string }[];
  readonly notes?: readonly Note[];
  /** Notes kept outside the window. */
  readonly archive?: readonly { readonly id: string; readonly text: string }[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Writes them durably; the messages are a minute apart, the sessions a day.
 * @param sessions oldest first
 * @param end when the last one began, ms since the epoch
 * @throws JournalError
 */
export async function plantSessions(
  store: string,
  sessions: readonly PastSession[],
  end: number,
): Promise<void> {
  for (const [index, session] of sessions.entries()) {
    const start = end - (sessions.length - 1 - index) * DAY_MS;
    const log = await FileSessionLog.open(sessionsFolder(store), session.id);
    try {
      await log.append(eventsOf(session).map((event, at) => ({ ...event, at: start + at * MINUTE_MS })));
    } finally {
      await log.close();
    }
  }
}

function eventsOf({ exchanges, notes = [], archive = [] }: PastSession): SessionEventBody[] {
  return [
    { type: 'session.started', workspace: [] },
    ...notes.map((note): SessionEventBody => ({ type: 'note.pinned', note })),
    ...archive.map((note): SessionEventBody => ({ type: 'archival.inserted', ...note })),
    ...exchanges.flatMap(({ user, assistant }, index): SessionEventBody[] => {
      const turn = index + 1;
      return [
        { type: 'turn.started', turn },
        { type: 'message.user', turn, text: user, tokens: 1 },
        { type: 'message.assistant', turn, text: assistant, calls: [], tokens: 1 },
        { type: 'turn.ended', turn, reason: 'done' },
      ];
    }),
  ];
}

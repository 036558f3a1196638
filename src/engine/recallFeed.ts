/** Recall storage is fed from the session log, live and again after a rebuild, by the same mapping. */
import { messageAddress } from './addresses';
import { cutText } from './cutText';
import { isQueueEvent, type SessionEvent } from './events';
import type {
  ArchivalNote,
  ArchivalStorage,
  BlobStore,
  RecallMessage,
  RecallStorage,
  SessionHistory,
} from './ports';

/** Characters of a function result that are indexed; the whole stays in the blob store. */
const RESULT_CHARS = 2000;

/** @returns the message to index, or undefined for events that are not messages. @param result text of a function's result */
export function recallMessageOf(
  session: string,
  event: SessionEvent,
  result: string,
): RecallMessage | undefined {
  const base = { id: messageAddress(session, event.seq), session, seq: event.seq, time: event.at };
  switch (event.type) {
    case 'message.user':
      return { ...base, role: 'user', text: event.text };
    case 'message.assistant':
      return event.text === '' ? undefined : { ...base, role: 'assistant', text: event.text };
    case 'function.result':
      return { ...base, role: 'tool', name: event.name, text: cutText(result, RESULT_CHARS) };
    default:
      return undefined;
  }
}

/** @returns the archival note an event made durable, if it did */
export function archivalNoteOf(session: string, event: SessionEvent): ArchivalNote | undefined {
  return event.type === 'archival.inserted'
    ? { id: event.id, session, time: event.at, text: event.text }
    : undefined;
}

/** A session's indexable record, without the messages whose `seq` is known. */
async function* sessionRecord(
  session: string,
  known: ReadonlySet<number>,
  history: Pick<SessionHistory, 'events'>,
  blobs: BlobStore,
): AsyncIterable<{ readonly message?: RecallMessage; readonly note?: ArchivalNote }> {
  for await (const event of history.events(session)) {
    const note = archivalNoteOf(session, event);
    if (note) yield { note };
    if (known.has(event.seq) || !isQueueEvent(event)) continue;
    // A result that is lost or damaged must not keep those after it from being found.
    const text = event.type === 'function.result' ? await blobs.get(event.result).catch(() => undefined) : '';
    if (text === undefined) continue;
    const message = recallMessageOf(session, event, text);
    if (message) yield { message };
  }
}

/** The derived tables, and what they hold already. All methods may throw DiskUnavailableError. */
export interface DerivedTables extends Pick<RecallStorage, 'append'>, Pick<ArchivalStorage, 'insertNotes'> {
  /** Sequence numbers of a session's messages there. All of them: a live session may have written past a gap. */
  recallSeqs(session: string): Promise<readonly number[]>;
  archivalNoteIds(session: string): Promise<readonly string[]>;
}

/** Messages handed over at once. */
const BATCH = 200;

/**
 * Feeds the tables what the session logs hold and they miss: after a rebuild, a crash, a time without disk. Inserting
 * what is there already does no harm, so this may run beside a live session.
 * @throws DiskUnavailableError | JournalError
 */
export async function feedRecall(
  tables: DerivedTables,
  history: Pick<SessionHistory, 'sessions' | 'events'>,
  blobs: BlobStore,
): Promise<void> {
  for (const session of await history.sessions()) {
    const known = new Set(await tables.archivalNoteIds(session));
    let messages: RecallMessage[] = [];
    const notes: ArchivalNote[] = [];
    for await (const { message, note } of sessionRecord(
      session,
      new Set(await tables.recallSeqs(session)),
      history,
      blobs,
    )) {
      if (note && !known.has(note.id)) notes.push(note);
      if (!message) continue;
      messages.push(message);
      if (messages.length < BATCH) continue;
      await tables.append(messages);
      messages = [];
    }
    if (messages.length > 0) await tables.append(messages);
    if (notes.length > 0) await tables.insertNotes(notes);
  }
}

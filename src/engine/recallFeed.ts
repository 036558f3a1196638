/** Recall storage is fed from the session log, live and again after a rebuild, by the same mapping. */
import { messageAddress } from './addresses';
import { bothEnds } from './bothEnds';
import { cutText } from './cutText';
import type { SessionEvent } from './events';
import type {
  ArchivalNote,
  ArchivalStorage,
  BlobHash,
  BlobStore,
  RecallMessage,
  RecallStorage,
  SessionHistory,
} from './ports';

/** Characters of a function result that are indexed; the whole stays in the blob store. */
const RESULT_CHARS = 2000;
/** Of what the person has attached, which they meant to be seen. */
const ATTACHED_CHARS = 6000;
/** Who has said what was attached, where a result has the name of its function. */
const ATTACHMENT = 'attachment';

/** @returns the text of an event that is kept beside the log, where there is one */
export function recallBlobOf(event: SessionEvent): BlobHash | undefined {
  switch (event.type) {
    case 'function.result':
      return event.result;
    case 'attachment.stored':
      return event.text;
    case 'interrupt':
      // Of a stored text a part may be shown; all of it is found by what stores it.
      return event.kind === 'attached' && !event.stored ? event.body : undefined;
    default:
      return undefined;
  }
}

/** @returns the message to index, or undefined for events that are not messages. @param kept text of its blob */
export function recallMessageOf(
  session: string,
  event: SessionEvent,
  kept: string,
): RecallMessage | undefined {
  const base = { id: messageAddress(session, event.seq), session, seq: event.seq, time: event.at };
  switch (event.type) {
    case 'message.user':
      return { ...base, role: 'user', text: event.text };
    case 'message.assistant':
      return event.text === '' ? undefined : { ...base, role: 'assistant', text: event.text };
    case 'function.result':
      return { ...base, role: 'tool', name: event.name, text: cutText(kept, RESULT_CHARS) };
    case 'attachment.stored': {
      const text = `${event.label}\n${bothEnds(kept, ATTACHED_CHARS)}`;
      return { ...base, role: 'tool', name: ATTACHMENT, text };
    }
    case 'interrupt':
      if (recallBlobOf(event) === undefined) return undefined;
      return { ...base, role: 'tool', name: ATTACHMENT, text: bothEnds(kept, ATTACHED_CHARS) };
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
    if (known.has(event.seq)) continue;
    const blob = recallBlobOf(event);
    // A text that is lost or damaged must not keep those after it from being found.
    const text = blob === undefined ? '' : await blobs.get(blob).catch(() => undefined);
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

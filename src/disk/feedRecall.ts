/** Feeds recall and archival storage what the session logs hold and the tables miss: after a rebuild, a crash, a time without disk. */
import type { ArchivalNote, BlobStore, RecallMessage, SessionHistory } from '../engine/ports';
import { sessionRecord } from '../engine/recallFeed';
import type { DiskClient } from './client';

/** Messages handed over at once. */
const BATCH = 200;

/**
 * Inserting what is there already does no harm, so this may run beside a live session.
 * @throws DiskUnavailableError | JournalError
 */
export async function feedRecall(disk: DiskClient, history: SessionHistory, blobs: BlobStore): Promise<void> {
  for (const session of await history.sessions()) {
    const known = new Set(await disk.archivalNoteIds(session));
    let messages: RecallMessage[] = [];
    const notes: ArchivalNote[] = [];
    for await (const { message, note } of sessionRecord(
      session,
      await disk.lastRecallSeq(session),
      history,
      blobs,
    )) {
      if (note && !known.has(note.id)) notes.push(note);
      if (!message) continue;
      messages.push(message);
      if (messages.length < BATCH) continue;
      await disk.append(messages);
      messages = [];
    }
    if (messages.length > 0) await disk.append(messages);
    if (notes.length > 0) await disk.insertNotes(notes);
  }
}

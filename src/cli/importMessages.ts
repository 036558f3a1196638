import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { RecallMessage } from '../engine/ports';
import { keepImport, readImport } from '../journal/importedMessages';
import { readJsonLines } from './jsonLines';
import { type MessageLine, messageLine } from './messageLine';
import { type PlaceOptions, placeOf } from './place';
import { withDisk } from './withDisk';

type Options = PlaceOptions & { readonly json?: boolean };

/** Messages sent together; the disk process writes each batch at once. */
const BATCH = 500;
/** Messages of one moment are told apart by fractions of a millisecond, which a number of today can hold. */
const SEQ_STEP = 1 / 1024;

/**
 * `vctx recall import FILE`: messages with a known id are replaced. They are kept in the store, from where the disk process
 * takes them again when its tables are lost.
 */
export async function importMessages(file: string, options: Options, signal: AbortSignal): Promise<void> {
  const { store } = await placeOf(options);
  const start = performance.now();
  const { path, count } = await keepImport(store, messagesOf(file, signal));
  await withDisk(store, async (disk) => {
    let batch: RecallMessage[] = [];
    for await (const message of readImport(path)) {
      batch.push(message as RecallMessage);
      if (batch.length < BATCH) continue;
      signal.throwIfAborted();
      await disk.append(batch);
      batch = [];
    }
    await disk.append(batch);
  });
  const ms = Math.round(performance.now() - start);
  if (options.json) console.log(JSON.stringify({ store, imported: count, ms }));
  else console.log(`${count} messages imported, ${(ms / 1000).toFixed(1)} s`);
}

/** @throws UnreadableFileError naming the line that is no message */
async function* messagesOf(file: string, signal: AbortSignal): AsyncGenerator<RecallMessage> {
  const written = (await stat(file).catch(() => undefined))?.mtimeMs ?? Date.now();
  const complete = new MessageCompleter(basename(file, extname(file)), written);
  for await (const line of readJsonLines(file, messageLine)) {
    signal.throwIfAborted();
    yield complete.message(line);
  }
}

interface SessionSoFar {
  count: number;
  time: number;
  /** Messages at `time`. */
  atTime: number;
  readonly speakers: Set<string>;
}

/** Adds what lines leave out, so that the same file gives the same messages each time. */
class MessageCompleter {
  private readonly sessions = new Map<string, SessionSoFar>();

  /**
   * @param session of lines that name none
   * @param written time of lines before the first that has one, ms
   */
  constructor(
    private readonly session: string,
    private readonly written: number,
  ) {}

  message(line: MessageLine): RecallMessage {
    const { session = this.session, name, text } = line;
    const so = this.sessions.get(session) ?? { count: 0, time: this.written, atTime: 0, speakers: new Set() };
    this.sessions.set(session, so);
    const time = line.time ?? so.time;
    so.atTime = so.count > 0 && time === so.time ? so.atTime + 1 : 0;
    so.time = time;
    so.count++;
    so.speakers.add(name ?? '');
    // Of two people, the one who begins is the one who asks.
    const role = line.role ?? ([...so.speakers][0] === (name ?? '') ? 'user' : 'assistant');
    return {
      id: line.id ?? `${session}/${so.count}`,
      session,
      // By time, so that a later part of a conversation, imported later, comes after the first.
      seq: time + so.atTime * SEQ_STEP,
      time,
      role,
      ...(name ? { name } : {}),
      text,
    };
  }
}

import { type FileHandle, open } from 'node:fs/promises';
import { HeldElsewhereError, JournalError } from '../engine/errors';
import type { NewSessionEvent, SessionEvent } from '../engine/events';
import type { SessionLog, SessionOrigin } from '../engine/ports';
import { journalError, makeDurableDirectory, syncDirectory } from './durableFiles';
import { type LogLine, LogParser, readLogLines } from './logLines';
import type { ProcessLock } from './processLock';
import { readInherited, sessionFolder, sessionLogPath } from './sessionFiles';
import { lockSession } from './sessionLock';

interface PendingAppend {
  readonly events: readonly NewSessionEvent[];
  /** Each event's JSON, taken at the call so that later changes of the object cannot reach the file. */
  readonly bodies: readonly string[];
  resolve(events: readonly SessionEvent[]): void;
  reject(error: unknown): void;
}

/**
 * One append-only file of JSON lines, `<dir>/<session>/events.jsonl`; line n is the event with seq n, or in a fork n plus
 * what it inherits. Appends are serialised; those that arrive while one is written go together in the next write and
 * share its fsync.
 */
export class FileSessionLog implements SessionLog {
  private pending: PendingAppend[] = [];
  private flushing: Promise<void> | undefined;
  private closed: Promise<void> | undefined;
  /** Set while bytes of a failed write may be behind `end`. */
  private tornTail = false;

  private constructor(
    readonly sessionId: string,
    /** Folder of all sessions. */
    private readonly dir: string,
    /** The file of JSON lines. */
    readonly path: string,
    private readonly file: FileHandle,
    private readonly lock: ProcessLock,
    private lastSeq: number,
    /** Bytes of whole, durable events. */
    private end: number,
  ) {}

  /**
   * Opens or creates a session's log and holds it until `close`. What a crash left of an unfinished write is cut off.
   * @param dir folder of all sessions
   * @throws HeldElsewhereError when another process has the session open
   * @throws JournalError when the file cannot be opened, or is damaged before its end; nothing is changed then. Damage
   * that shows only when all of a line is parsed is what `read` throws.
   */
  static async open(dir: string, sessionId: string): Promise<FileSessionLog> {
    const path = sessionLogPath(dir, sessionId);
    const folder = sessionFolder(dir, sessionId);
    let lock: ProcessLock | undefined;
    let file: FileHandle | undefined;
    try {
      await makeDurableDirectory(folder);
      lock = await lockSession(dir, sessionId);
      file = await openOrCreate(path);
      const { lastSeq, end } = await findEnd(path);
      if ((await file.stat()).size > end) {
        await file.truncate(end);
        await file.sync();
      }
      await syncDirectory(folder);
      return new FileSessionLog(sessionId, dir, path, file, lock, lastSeq, end);
    } catch (error) {
      await file?.close().catch(() => {});
      await lock?.release().catch(() => {});
      if (error instanceof JournalError || error instanceof HeldElsewhereError) throw error;
      throw journalError(`The session log ${path} could not be opened`, error);
    }
  }

  /**
   * Begins a session that inherits another's events. Its first line makes it a session, so a crash leaves a whole fork or
   * none.
   * @param at ms since the epoch
   * @throws JournalError when there is such a session already, or the other lacks these events
   * @throws HeldElsewhereError when another process begins the same
   */
  static async fork(
    dir: string,
    sessionId: string,
    origin: SessionOrigin,
    at: number,
  ): Promise<FileSessionLog> {
    // Throws when they are not all there.
    for await (const _ of readInherited(dir, origin));
    const log = await FileSessionLog.open(dir, sessionId);
    try {
      if (log.lastSeq > 0) {
        throw new JournalError(`There is a session ${sessionId} in ${dir} already.`, 'Choose another id.');
      }
      log.lastSeq = origin.through;
      await log.append([{ type: 'session.forked', ...origin, at }]);
      return log;
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  async append(events: readonly NewSessionEvent[]): Promise<readonly SessionEvent[]> {
    if (this.closed) {
      throw new JournalError(`The log of session ${this.sessionId} is closed.`, 'Open the session again.');
    }
    if (events.length === 0) return [];
    const bodies = events.map((event) => JSON.stringify({ ...event, seq: undefined }));
    return new Promise((resolve, reject) => {
      this.pending.push({ events, bodies, resolve, reject });
      this.flushing ??= this.flush();
    });
  }

  async *read(): AsyncGenerator<SessionEvent> {
    const parser = new LogParser();
    for await (const line of readLogLines(this.path, this.end)) {
      const event = parser.parse(line);
      if (event === undefined) throw damaged(this.path, line.number);
      if (event.type === 'session.forked') yield* readInherited(this.dir, event);
      yield event;
    }
  }

  /** Waits for appends under way, then lets go of the file and the session. */
  close(): Promise<void> {
    this.closed ??= (async () => {
      await this.flushing;
      await this.file.close();
      await this.lock.release();
    })();
    return this.closed;
  }

  private async flush(): Promise<void> {
    // Calls of the same tick join the first write.
    await Promise.resolve();
    while (this.pending.length > 0) {
      const batch = this.pending;
      this.pending = [];
      let seq = this.lastSeq;
      let text = '';
      const results = batch.map(({ events, bodies }) =>
        events.map((event, i): SessionEvent => {
          seq += 1;
          text += `{"seq":${seq},${bodies[i]?.slice(1)}\n`;
          return { ...event, seq };
        }),
      );
      try {
        await this.write(Buffer.from(text, 'utf8'));
        this.lastSeq = seq;
        batch.forEach((append, i) => {
          append.resolve(results[i] ?? []);
        });
      } catch (error) {
        const reason = journalError(`The session log ${this.path} could not be written`, error);
        for (const append of batch) append.reject(reason);
      }
    }
    this.flushing = undefined;
  }

  private async write(bytes: Buffer): Promise<void> {
    if (this.tornTail) await this.cutTail();
    this.tornTail = true;
    try {
      for (let done = 0; done < bytes.length; ) {
        done += (await this.file.write(bytes, done, bytes.length - done, this.end + done)).bytesWritten;
      }
      await this.file.datasync();
    } catch (error) {
      // Best effort: if even this fails, the next append or the next start does it.
      await this.cutTail().catch(() => {});
      throw error;
    }
    this.tornTail = false;
    this.end += bytes.length;
  }

  private async cutTail(): Promise<void> {
    await this.file.truncate(this.end);
    await this.file.datasync();
    this.tornTail = false;
  }
}

async function openOrCreate(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return open(path, 'wx+', 0o600);
  }
}

/**
 * Finds the end of the last whole event. A crash tears only the end of the file: the last line lacks its newline, or
 * (after a power cut) bytes that were never written read as zeros, which JSON never contains. Anything else that is
 * not an event, and anything followed by whole events, is damage from outside. What is damaged inside a line that begins
 * and ends well is found when it is read.
 * @throws JournalError naming the damaged line
 */
async function findEnd(path: string): Promise<{ lastSeq: number; end: number }> {
  let last: LogLine | undefined;
  let lastSeq = 0;
  let torn: number | undefined;
  const parser = new LogParser();
  for await (const line of readLogLines(path)) {
    if (torn === undefined && parser.looksWhole(line)) {
      lastSeq++;
      last = line;
      continue;
    }
    const event = parser.parse(line);
    if (torn !== undefined) {
      if (event !== undefined) throw damaged(path, torn);
    } else if (event !== undefined) {
      lastSeq = event.seq;
      last = line;
    } else if (!line.terminated || line.bytes.includes(0)) {
      torn = line.number;
    } else {
      throw damaged(path, line.number);
    }
  }
  if (last === undefined) return { lastSeq, end: 0 };
  if (parser.parse(last) === undefined) throw damaged(path, last.number);
  return { lastSeq, end: last.start + last.bytes.length + 1 };
}

function damaged(path: string, line: number): JournalError {
  return new JournalError(
    `The session log ${path} is damaged at line ${line}: it is not the event number ${line}.`,
    'Nothing was deleted. Mend the line or restore the file from a backup, or start a new chat.',
  );
}

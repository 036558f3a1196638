/** Where sessions are on disk, and reading them without opening them: for lists, the CLI and rebuilding the index. */
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { JournalError } from '../engine/errors';
import type { EventOf, SessionEvent } from '../engine/events';
import { errorCode, journalError } from './durableFiles';
import { type LogLine, LogParser, readLogLines } from './logLines';

export interface SessionSummary {
  readonly id: string;
  /** ms since the epoch. */
  readonly created: number;
  readonly modified: number;
  /** The first line of the first thing the person said there; undefined while nothing was said. */
  readonly title?: string;
  /** Set when it goes on from another session: as a chat of its own, or as a sub-agent. */
  readonly forked?: { readonly from: string; readonly kind: 'session' | 'process' };
}

/** The first user message is among the first few events; what they hold is short (long texts are blobs). */
const HEAD_BYTES = 64 * 1024;
const TITLE_LENGTH = 120;
/** Logs read at once. */
const WIDTH = 32;

/** @returns whether it can be the name of a session's folder, and of nothing outside */
export function isSessionId(text: string): boolean {
  return /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(text);
}

/** @throws JournalError when the id cannot be a folder's name */
export function sessionFolder(dir: string, sessionId: string): string {
  if (!isSessionId(sessionId)) {
    throw new JournalError(
      `"${sessionId}" is not a session id.`,
      'Use letters, digits, "-", "_" and ".", at most 100 of them.',
    );
  }
  return join(dir, sessionId);
}

/** The file that "Open Paging Log File" opens. @throws JournalError when the id cannot be a folder's name */
export function sessionLogPath(dir: string, sessionId: string): string {
  return join(sessionFolder(dir, sessionId), 'events.jsonl');
}

/** @returns whether the folder holds a log of this session. @throws JournalError when the id cannot be a folder's name */
export async function sessionExists(dir: string, sessionId: string): Promise<boolean> {
  return (await stat(sessionLogPath(dir, sessionId)).catch(() => undefined))?.isFile() ?? false;
}

/**
 * Reads the whole events of a log that another process may be writing, its own ones; stops before a torn or damaged
 * line. Nothing when there is no such session.
 * @throws JournalError when it cannot be read
 */
export async function* readSession(dir: string, sessionId: string): AsyncGenerator<SessionEvent> {
  const path = sessionLogPath(dir, sessionId);
  const parser = new LogParser();
  try {
    for await (const line of readLogLines(path)) {
      const event = parser.parse(line);
      if (event === undefined) return;
      yield event;
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw journalError(`The session log ${path} could not be read`, error);
  }
}

/**
 * What a session's state is folded from: the events it inherits, marked with the session whose log holds them, then its
 * own. Sequence numbers are dense over all of them.
 * @param dir folder of all sessions @param home the folder that this one is in
 * @throws JournalError when it cannot be read, or lacks events that it inherits
 */
export async function* readLineage(dir: string, sessionId: string, home = dir): AsyncGenerator<SessionEvent> {
  for await (const event of readSession(home, sessionId)) {
    if (event.type === 'session.forked') yield* readInherited(dir, event);
    yield event;
  }
}

/** @throws JournalError when they are not all there */
export async function* readInherited(
  dir: string,
  { from, through }: Pick<EventOf<'session.forked'>, 'from' | 'through'>,
): AsyncGenerator<SessionEvent> {
  if (through === 0) return;
  // A session that was deleted is still there for those that go on from it.
  const home = (await sessionExists(dir, from)) ? dir : trashFolder(dir);
  for await (const event of readLineage(dir, from, home)) {
    yield { ...event, inherited: event.inherited ?? from };
    if (event.seq === through) return;
  }
  throw new JournalError(
    `The session ${from} in ${dir} lacks events up to number ${through}, which a fork of it goes on from.`,
    'Restore its log from a backup, or start a new chat.',
  );
}

/** Where deleted sessions wait, in the folder of all sessions: no session can have this name. */
export function trashFolder(dir: string): string {
  return join(dir, '.trash');
}

/** The sessions of a folder, last changed first. Reads the beginning of each log only. @throws JournalError */
export async function listSessions(dir: string): Promise<readonly SessionSummary[]> {
  let names: readonly string[];
  try {
    names = (await readdir(dir, { withFileTypes: true })).filter((e) => e.isDirectory()).map((e) => e.name);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw journalError(`The sessions in ${dir} could not be listed`, error);
  }
  const found: SessionSummary[] = [];
  // Thousands at once would be more open files than a process may have, and those would be missing.
  for (let i = 0; i < names.length; i += WIDTH) {
    const some = await Promise.all(names.slice(i, i + WIDTH).map((name) => summarise(dir, name)));
    found.push(...some.filter((summary) => summary !== undefined));
  }
  return found.sort((a, b) => b.modified - a.modified);
}

/** @returns undefined when the folder holds no readable log with at least one event */
async function summarise(dir: string, id: string): Promise<SessionSummary | undefined> {
  let created: number | undefined;
  let modified: number;
  let title: string | undefined;
  let forked: SessionSummary['forked'];
  const parser = new LogParser();
  try {
    const file = await open(sessionLogPath(dir, id), 'r');
    try {
      modified = (await file.stat()).mtimeMs;
      const head = Buffer.alloc(HEAD_BYTES);
      const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
      for (const line of splitHead(head.subarray(0, bytesRead))) {
        const event = parser.parse(line);
        if (event === undefined) break;
        created ??= event.at;
        if (event.type === 'session.forked') forked = { from: event.from, kind: event.kind };
        if (event.type === 'message.user') {
          title = titleOf(event.text);
          break;
        }
      }
    } finally {
      await file.close();
    }
  } catch {
    // Not a session, or deleted this moment.
    return undefined;
  }
  if (created === undefined) return undefined;
  return { id, created, modified, ...(title ? { title } : {}), ...(forked ? { forked } : {}) };
}

function* splitHead(head: Buffer): Generator<LogLine> {
  let start = 0;
  for (let number = 1; ; number++) {
    const newline = head.indexOf(0x0a, start);
    if (newline < 0) return;
    yield { number, start, bytes: head.subarray(start, newline), terminated: true };
    start = newline + 1;
  }
}

function titleOf(text: string): string {
  const line = text.trim().split('\n', 1)[0]?.trim() ?? '';
  return line.length > TITLE_LENGTH ? `${line.slice(0, TITLE_LENGTH - 1)}…` : line;
}

/**
 * Deleted sessions: they leave the folder of all sessions whole, wait in the trash for thirty days, and can be restored.
 * A session that another goes on from stays in the trash for as long as that one is there.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JournalError, VirtualContextError } from '../engine/errors';
import { journalError, makeDurableDirectory, syncDirectory } from './durableFiles';
import type { ProcessLock } from './processLock';
import { type ChatEntry, SessionCatalog } from './sessionCatalog';
import { listSessions, type SessionSummary, sessionExists, sessionFolder, trashFolder } from './sessionFiles';
import { lockSession } from './sessionLock';

/** How long a deleted session can be restored, ms. */
const KEPT_MS = 30 * 24 * 60 * 60_000;
/** In the session's folder: when it was deleted. */
const MARK = 'deleted.json';
const LOCK = 'lock';

/**
 * Deletes a session and the sub-agents that it started.
 * @param dir folder of all sessions
 * @param at ms since the epoch
 * @returns ids of all that were deleted
 * @throws HeldElsewhereError when a window has one of them open; nothing is deleted then
 * @throws JournalError when there is no such session, or it cannot be moved
 */
export async function trashSession(dir: string, id: string, at: number): Promise<readonly string[]> {
  if (!(await sessionExists(dir, id))) throw gone(id);
  const ids = withProcesses(id, await listSessions(dir));
  const locks: ProcessLock[] = [];
  try {
    for (const one of ids) locks.push(await lockSession(dir, one));
    await makeDurableDirectory(trashFolder(dir));
    for (const one of ids) await moveToTrash(dir, one, at);
    return ids;
  } catch (error) {
    if (error instanceof VirtualContextError) throw error;
    throw journalError(`The session ${id} could not be deleted`, error);
  } finally {
    for (const lock of locks) await lock.release();
  }
}

/**
 * Brings a deleted session back, with its sub-agents.
 * @returns ids of all that were restored
 * @throws JournalError when it is not in the trash any more, or there is one of that name
 */
export async function restoreSession(dir: string, id: string): Promise<readonly string[]> {
  const trash = trashFolder(dir);
  if (!(await sessionExists(trash, id))) throw gone(id);
  const ids = withProcesses(id, await listSessions(trash));
  for (const one of ids) {
    if (await sessionExists(dir, one)) {
      throw new JournalError(`There is a session ${one} already.`, 'Delete that one first.');
    }
  }
  try {
    for (const one of ids) {
      await rename(join(trash, one), sessionFolder(dir, one));
      await rm(join(sessionFolder(dir, one), MARK), { force: true });
    }
    await syncDirectory(dir);
  } catch (error) {
    throw journalError(`The session ${id} could not be restored`, error);
  }
  return ids;
}

/** Deleted chats that can be restored, last changed first; sub-agents go with theirs. @throws JournalError */
export function listTrash(dir: string): Promise<readonly ChatEntry[]> {
  return new SessionCatalog(trashFolder(dir)).chats();
}

/** Removes for good what has waited long enough. @param now ms since the epoch @throws JournalError */
export async function emptyTrash(dir: string, now: number): Promise<void> {
  const trash = trashFolder(dir);
  const deleted = await listSessions(trash);
  const old = new Set<string>();
  for (const { id } of deleted) if (now - (await deletedAt(trash, id, now)) > KEPT_MS) old.add(id);
  // Whoever stays keeps what it goes on from, and that what it goes on from.
  const origins = new Map(
    [...(await listSessions(dir)), ...deleted].map(({ id, forked }) => [id, forked?.from]),
  );
  for (const id of origins.keys()) {
    if (old.has(id)) continue;
    const seen = new Set<string>();
    for (let from = origins.get(id); from !== undefined && !seen.has(from); from = origins.get(from)) {
      seen.add(from);
      old.delete(from);
    }
  }
  for (const id of old) await rm(join(trash, id), { recursive: true, force: true });
}

async function moveToTrash(dir: string, id: string, at: number): Promise<void> {
  const from = sessionFolder(dir, id);
  const to = join(trashFolder(dir), id);
  await writeFile(join(from, MARK), JSON.stringify({ at }));
  // What was deleted before under this name has been restored from elsewhere since, or is the same.
  await rm(to, { recursive: true, force: true });
  await rename(from, to);
  await rm(join(to, LOCK), { force: true });
  await syncDirectory(dir);
}

/** @returns `otherwise` where the mark cannot be read: it is kept rather than lost */
async function deletedAt(trash: string, id: string, otherwise: number): Promise<number> {
  try {
    const { at } = JSON.parse(await readFile(join(trash, id, MARK), 'utf8')) as { at?: unknown };
    return typeof at === 'number' ? at : otherwise;
  } catch {
    return otherwise;
  }
}

/** The session first, then its sub-agents, and theirs. */
function withProcesses(id: string, sessions: readonly SessionSummary[]): readonly string[] {
  const children = sessions.filter(({ forked }) => forked?.kind === 'process' && forked.from === id);
  return [id, ...children.flatMap((child) => withProcesses(child.id, sessions))];
}

function gone(id: string): JournalError {
  return new JournalError(`There is no chat ${id} any more.`, 'Refresh the list of chats.');
}

import { join } from 'node:path';
import { HeldElsewhereError } from '../engine/errors';
import { acquireProcessLock, type ProcessLock } from './processLock';
import { sessionFolder } from './sessionFiles';

/**
 * Holds a session, whose folder is there.
 * @param dir folder of all sessions
 * @throws HeldElsewhereError when a window or command has it open
 * @throws JournalError when its folder cannot be written
 */
export async function lockSession(dir: string, sessionId: string): Promise<ProcessLock> {
  try {
    return await acquireProcessLock(join(sessionFolder(dir, sessionId), 'lock'));
  } catch (error) {
    if (!(error instanceof HeldElsewhereError)) throw error;
    throw new HeldElsewhereError(
      `The chat is open in another window or command (session ${sessionId}).`,
      'Go on with it there, or close it there first.',
      { cause: error },
    );
  }
}

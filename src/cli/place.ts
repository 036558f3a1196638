/** Which folder a command is about, and where what is known of it is kept. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { JournalError, UnreadableFileError } from '../engine/errors';
import { sessionExists } from '../journal/sessionFiles';
import { sessionsFolder } from '../journal/storeFolders';

export interface PlaceOptions {
  readonly workspace: string;
  readonly store?: string;
}

export interface Place {
  readonly root: { readonly name: string; readonly path: string };
  /** Absolute. */
  readonly store: string;
}

/** @throws UnreadableFileError when the workspace is not a folder that can be read */
export async function placeOf({ workspace, store }: PlaceOptions): Promise<Place> {
  const found = await stat(workspace).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new UnreadableFileError(`${workspace} is not a folder.`, 'Name the folder to work in.');
  }
  await access(workspace, constants.R_OK | constants.X_OK).catch((error: unknown) => {
    throw new UnreadableFileError(`${workspace} may not be read.`, 'Check its permissions.', {
      cause: error,
    });
  });
  const path = await realpath(workspace);
  return { root: { name: basename(path) || 'root', path }, store: resolve(store ?? defaultStore(path)) };
}

/**
 * @returns the place, and the folder of its sessions, which holds the session that is named
 * @throws UnreadableFileError when the workspace is not a folder that can be read | JournalError when there is no such session
 */
export async function sessionPlaceOf(
  options: PlaceOptions & { readonly session: string },
): Promise<Place & { readonly sessions: string }> {
  const place = await placeOf(options);
  const sessions = sessionsFolder(place.store);
  if (await sessionExists(sessions, options.session)) return { ...place, sessions };
  throw new JournalError(
    `There is no session ${options.session} in ${place.store}.`,
    'Check --session and --store.',
  );
}

/** @param path real path of the folder @returns the store of that folder when none is named */
export function defaultStore(
  path: string,
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
): string {
  const key = createHash('sha256').update(path).digest('hex').slice(0, 12);
  return join(dataFolder(platform, env), 'virtual-context', `${basename(path)}-${key}`);
}

function dataFolder(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string {
  const home = homedir();
  if (platform === 'win32') return env.LOCALAPPDATA || join(home, 'AppData', 'Local');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  // XDG Base Directory Specification: a relative value is to be ignored.
  return env.XDG_DATA_HOME?.startsWith('/') ? env.XDG_DATA_HOME : join(home, '.local', 'share');
}

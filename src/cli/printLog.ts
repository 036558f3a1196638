import { JournalError } from '../engine/errors';
import { pagingLines } from '../engine/PagingLog';
import { readSession, sessionExists } from '../journal/sessionFiles';
import { sessionsFolder } from '../journal/storeFolders';
import { type PlaceOptions, placeOf } from './place';

type Options = PlaceOptions & { readonly session: string; readonly json?: boolean };

/** `vctx log --session ID`: also of a session that is open in an editor. */
export async function printLog(options: Options): Promise<void> {
  const { store } = await placeOf(options);
  const sessions = sessionsFolder(store);
  if (!(await sessionExists(sessions, options.session))) {
    throw new JournalError(
      `There is no session ${options.session} in ${store}.`,
      'Check --session and --store.',
    );
  }
  for await (const event of readSession(sessions, options.session)) {
    if (options.json) console.log(JSON.stringify(event));
    else
      for (const line of pagingLines(event)) console.log(`${new Date(event.at).toISOString()} ${line.text}`);
  }
}

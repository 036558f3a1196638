import { pagingLines } from '../engine/PagingLog';
import { readSession } from '../journal/sessionFiles';
import { type PlaceOptions, sessionPlaceOf } from './place';

type Options = PlaceOptions & { readonly session: string; readonly json?: boolean };

/** `vctx log --session ID`: also of a session that is open in an editor. */
export async function printLog(options: Options, signal: AbortSignal): Promise<void> {
  const { sessions } = await sessionPlaceOf(options);
  for await (const event of readSession(sessions, options.session)) {
    signal.throwIfAborted();
    if (options.json) console.log(JSON.stringify(event));
    else
      for (const line of pagingLines(event)) console.log(`${new Date(event.at).toISOString()} ${line.text}`);
  }
}

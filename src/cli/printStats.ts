import type { EventContext } from '../engine/events';
import { memoryReport } from '../engine/memoryReport';
import { memoryReportText } from '../engine/memoryReportText';
import { SessionState } from '../engine/SessionState';
import { FileBlobStore } from '../journal/fileBlobStore';
import { readLineage } from '../journal/sessionFiles';
import { blobsFolder } from '../journal/storeFolders';
import { type PlaceOptions, sessionPlaceOf } from './place';

type Options = PlaceOptions & { readonly session: string; readonly json?: boolean };

/** `vctx stats --session ID`: what the chat's memory holds and how it has fared; also while an editor has it open. */
export async function printStats(options: Options, signal: AbortSignal): Promise<void> {
  const { store, sessions } = await sessionPlaceOf(options);
  const state = new SessionState(
    options.session,
    await FileBlobStore.open(blobsFolder(store)),
    NO_COUNTER,
    () => 0,
  );
  let occupied: EventContext | undefined;
  await state.restore(readLineage(sessions, options.session), ({ resident, budget }) => {
    signal.throwIfAborted();
    if (resident !== undefined && budget !== undefined) occupied = { resident, budget };
  });
  const report = memoryReport(state, occupied ? { occupied } : {});
  console.log(options.json ? JSON.stringify(report) : memoryReportText(report).trimEnd());
}

/** Only the room for further notes depends on a count. */
const NO_COUNTER = { count: async (texts: readonly string[]) => texts.map(() => 0) };

import type { EventContext } from '../engine/events';
import { memoryReport } from '../engine/memoryReport';
import { memoryReportText } from '../engine/memoryReportText';
import { billOf } from '../engine/modelPrices';
import { SessionState } from '../engine/SessionState';
import { FileBlobStore } from '../journal/fileBlobStore';
import { readLineage } from '../journal/sessionFiles';
import { blobsFolder } from '../journal/storeFolders';
import { type PlaceOptions, sessionPlaceOf } from './place';
import { readModelPrices } from './readModelPrices';

type Options = PlaceOptions & {
  readonly session: string;
  /** JSON file of what models cost. */
  readonly prices?: string;
  readonly json?: boolean;
};

/**
 * `vctx stats --session ID`: what the chat's memory holds, how it has fared and what was spent; also while an editor has
 * it open.
 */
export async function printStats(options: Options, signal: AbortSignal): Promise<void> {
  const prices = options.prices === undefined ? undefined : await readModelPrices(options.prices);
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
  const report = memoryReport(state, { ...(occupied ? { occupied } : {}), ...(prices ? { prices } : {}) });
  const bill = prices ? { bill: billOf(report.spent, prices) } : {};
  console.log(options.json ? JSON.stringify({ ...report, ...bill }) : memoryReportText(report).trimEnd());
}

/** Only the room for further notes depends on a count. */
const NO_COUNTER = { count: async (texts: readonly string[]) => texts.map(() => 0) };

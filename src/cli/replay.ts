import { replayRequests } from '../engine/RequestReplay';
import { FileBlobStore } from '../journal/fileBlobStore';
import { readLineage } from '../journal/sessionFiles';
import { sha256 } from '../journal/sha256';
import { blobsFolder } from '../journal/storeFolders';
import { type PlaceOptions, sessionPlaceOf } from './place';

type Options = PlaceOptions & { readonly session: string; readonly json?: boolean };

/**
 * `vctx replay --session ID`: rebuilds every request that was sent and compares its hash with the log. The exit code is 1
 * when one differs.
 */
export async function replay(options: Options, signal: AbortSignal): Promise<void> {
  const { store, sessions } = await sessionPlaceOf(options);
  const blobs = await FileBlobStore.open(blobsFolder(store));
  const differing: number[] = [];
  let requests = 0;
  const events = readLineage(sessions, options.session);
  for await (const { seq, purpose, identical } of replayRequests(options.session, events, blobs, sha256)) {
    signal.throwIfAborted();
    requests++;
    if (identical) continue;
    differing.push(seq);
    if (!options.json) console.log(`#${seq} (${purpose}) is not what was sent`);
  }
  const identical = requests - differing.length;
  console.log(
    options.json
      ? JSON.stringify({ requests, identical, differing })
      : `${requests} requests, ${identical} identical`,
  );
  if (differing.length > 0) process.exitCode = 1;
}

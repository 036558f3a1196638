import type { Published } from '../disk/protocol';
import type { RebuildTarget } from '../engine/indexStatus';
import { chooseEmbeddings, type EmbeddingOptions, finishEmbeddings } from './embeddings';
import { type PlaceOptions, placeOf } from './place';
import { bringUpToDate, withDisk } from './withDisk';

type Options = Pick<PlaceOptions, 'store'> &
  EmbeddingOptions & {
    readonly root?: string;
    readonly rebuild?: RebuildTarget | true;
    readonly json?: boolean;
  };

const SHARED = /^(s3|gs|az|db):\/\//;

/** `vctx index DIR`: with the address of a shared index as the store, what is indexed in DIR's own store is then published. */
export async function indexFolder(dir: string, options: Options, signal: AbortSignal): Promise<void> {
  const { store, root, rebuild } = options;
  const shared = store !== undefined && SHARED.test(store) ? store : undefined;
  const place = await placeOf({ workspace: dir, ...(store === undefined || shared ? {} : { store }) });
  const start = performance.now();
  await withDisk(place.store, async (disk) => {
    if (rebuild) await disk.rebuild(rebuild === true ? 'everything' : rebuild);
    await chooseEmbeddings(disk, options);
    const { files, pages, skipped, failed, fallback, fallbackFiles, storeBytes } = await bringUpToDate(
      disk,
      place,
      signal,
    );
    await finishEmbeddings(disk, options, signal);
    let published: Published | undefined;
    if (shared) {
      const location = { uri: shared, credentials: {} };
      published = await disk.publish(location, place.root.path, root ?? place.root.name, signal);
    }
    const ms = Math.round(performance.now() - start);
    if (options.json) {
      const result = {
        workspace: place.root.path,
        store: place.store,
        files,
        pages,
        skipped,
        failed,
        fallback,
        fallbackFiles,
        storeBytes,
        ms,
        ...(published ? { published } : {}),
      };
      console.log(JSON.stringify(result));
      return;
    }
    const unread = failed > 0 ? `, ${failed} could not be read` : '';
    console.log(
      `${files} files in ${pages} pages (${skipped} skipped${unread}), ${(ms / 1000).toFixed(1)} s`,
    );
    if (fallback > 0)
      console.log(`${fallback} cut by lines because the grammar failed: ${fallbackFiles.join(', ')}`);
    console.log(`Store: ${place.store}`);
    if (!published) return;
    const { added, removed, unchanged } = published;
    console.log(
      `Published to ${shared}: ${added} files written, ${removed} removed, ${unchanged} as they were`,
    );
  });
}

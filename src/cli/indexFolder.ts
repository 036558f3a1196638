import { type PlaceOptions, placeOf } from './place';
import { bringUpToDate, withDisk } from './withDisk';

type Options = Pick<PlaceOptions, 'store'> & { readonly json?: boolean };

/** `vctx index DIR` */
export async function indexFolder(dir: string, options: Options, signal: AbortSignal): Promise<void> {
  const place = await placeOf({ ...options, workspace: dir });
  const start = performance.now();
  await withDisk(place.store, async (disk) => {
    const { files, pages, skipped, failed, fallback, fallbackFiles, storeBytes } = await bringUpToDate(
      disk,
      place,
      signal,
    );
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
  });
}

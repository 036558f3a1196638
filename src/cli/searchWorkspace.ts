import type { CodeHit } from '../engine/ports';
import { type PlaceOptions, placeOf } from './place';
import { type QueryOptions, runQueries } from './runQueries';
import { bringUpToDate, withDisk } from './withDisk';

type Options = PlaceOptions & QueryOptions & { readonly limit: number };

/** `vctx search QUERY` */
export async function searchWorkspace(
  query: string | undefined,
  options: Options,
  signal: AbortSignal,
): Promise<void> {
  const place = await placeOf(options);
  await withDisk(place.store, async (disk) => {
    await bringUpToDate(disk, place, signal);
    await runQueries(query, options, async (text) => {
      const { hits } = await disk.searchWorkspace({ text, page: 1, pageSize: options.limit }, signal);
      return { lines: hits.map(describeHit), hits: hits.map(plainHit) };
    });
  });
}

function describeHit({ path, startLine, endLine, symbol, score }: CodeHit): string {
  return `${path}:${startLine}-${endLine}${symbol === '' ? '' : ` ${symbol}`} (${score.toPrecision(3)})`;
}

function plainHit({ path, startLine, endLine, symbol, score, hash, generation, outdated }: CodeHit) {
  return { path, startLine, endLine, symbol, score, hash, generation, ...(outdated ? { outdated } : {}) };
}

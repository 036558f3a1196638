import type { RecallHit } from '../engine/ports';
import { type PlaceOptions, placeOf } from './place';
import { type QueryOptions, runQueries } from './runQueries';
import { withDisk } from './withDisk';

type Options = PlaceOptions & QueryOptions & { readonly limit: number };

const EXCERPT_LENGTH = 200;

/** `vctx recall search QUERY` */
export async function searchMessages(
  query: string | undefined,
  options: Options,
  signal: AbortSignal,
): Promise<void> {
  const { store } = await placeOf(options);
  await withDisk(store, (disk) =>
    runQueries(query, options, async (text) => {
      const { hits } = await disk.search({ text, page: 1, pageSize: options.limit }, signal);
      return { lines: hits.map(describeHit), hits: hits.map(plainHit) };
    }),
  );
}

function describeHit({ id, time, role, name, text, score }: RecallHit): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  const shown = flat.length > EXCERPT_LENGTH ? `${flat.slice(0, EXCERPT_LENGTH)}…` : flat;
  return `${id} ${new Date(time).toISOString()} ${name ?? role} (${score.toPrecision(3)})\n  ${shown}`;
}

function plainHit({ id, score, session, time, role }: RecallHit) {
  return { id, score, session, time, role };
}

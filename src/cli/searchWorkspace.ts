import type { CodeHit, CodePage } from '../engine/ports';
import { chooseEmbeddings, type EmbeddingOptions, finishEmbeddings } from './embeddings';
import { type PlaceOptions, placeOf } from './place';
import { type QueryOptions, runQueries } from './runQueries';
import { bringUpToDate, withDisk } from './withDisk';

type Options = PlaceOptions &
  QueryOptions &
  EmbeddingOptions & {
    readonly limit: number;
    readonly page: number;
    readonly files?: boolean;
    readonly explain?: boolean;
  };

/** Parts of a score that are printed; the rest is small. */
const PARTS = 8;
const BOLD = ['\x1b[1m', '\x1b[22m'] as const;

/** `vctx search QUERY` */
export async function searchWorkspace(
  query: string | undefined,
  options: Options,
  signal: AbortSignal,
): Promise<void> {
  const place = await placeOf(options);
  const { limit: pageSize, page, explain = false } = options;
  // Of many questions only the answers are wanted.
  const asked = { page, pageSize, explain, count: query !== undefined } as const;
  await withDisk(place.store, async (disk) => {
    await chooseEmbeddings(disk, options);
    await bringUpToDate(disk, place, signal);
    await finishEmbeddings(disk, options, signal);
    await runQueries(query, options, async (text) => {
      const results = options.files ? 'files' : 'pages';
      const found = await disk.searchWorkspace({ text, results, ...asked }, signal);
      const { total, pages, exact } = found;
      return {
        lines: describePage(found, options),
        hits: found.hits.map((hit) => plainHit(hit, query !== undefined)),
        counts: { page, pages, total, exact },
      };
    });
  });
}

function describePage(found: CodePage, options: Options): string[] {
  if (found.total === 0) return [];
  const lines = found.hits.map((hit) =>
    [describeHit(hit), ...snippet(hit), ...(options.explain ? explanation(hit) : [])].join('\n'),
  );
  const what = options.files ? 'file' : 'page';
  const total = `${found.exact ? '' : 'over '}${found.total} ${what}${found.total === 1 ? '' : 's'}`;
  const rest = found.page < found.pages ? `; --page ${found.page + 1} goes on` : '';
  return [...lines, `${total}${found.pages > 1 ? `, part ${found.page} of ${found.pages}` : ''}${rest}`];
}

function describeHit({ path, startLine, endLine, symbol, score, role }: CodeHit): string {
  const why = role === undefined ? score.toPrecision(3) : role;
  return `${path}:${startLine}-${endLine}${symbol === '' ? '' : ` ${symbol}`} (${why})`;
}

/** What matched is bold on a terminal. */
function snippet(hit: CodeHit): string[] {
  const [on, off] = process.stdout.isTTY ? BOLD : ['', ''];
  return hit.snippet.map(({ line, text, ranges }) => {
    let shown = '';
    let done = 0;
    for (const [start, end] of ranges) {
      shown += `${text.slice(done, start)}${on}${text.slice(start, end)}${off}`;
      done = end;
    }
    return `  ${line}: ${shown}${text.slice(done)}`;
  });
}

function explanation({ explanation: parts = [] }: CodeHit): string[] {
  return parts
    .slice(0, PARTS)
    .map(
      ({ feature, value, contribution }) =>
        `    ${contribution >= 0 ? '+' : ''}${contribution.toFixed(3)} ${feature} = ${Number(value.toPrecision(3))}`,
    );
}

/** @param whole with what a person sees besides */
function plainHit(hit: CodeHit, whole: boolean) {
  const { path, startLine, endLine, symbol, score, hash, generation, outdated, unsaved } = hit;
  const explained = hit.explanation ? { explanation: hit.explanation } : {};
  const more = whole ? { language: hit.language, snippet: hit.snippet } : {};
  const role = hit.role ? { role: hit.role } : {};
  const state = { ...(outdated ? { outdated } : {}), ...(unsaved ? { unsaved } : {}) };
  const place = { path, startLine, endLine, symbol, score, hash, generation };
  return { ...place, ...state, ...role, ...more, ...explained };
}

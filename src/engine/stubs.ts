/** Stubs: the lines that stand in the head for what was evicted. Neighbours coalesce; all together stay under a cap. */
import { messageAddress } from './addresses';
import { type EvictedRange, extended } from './PageTable';
import type { EvictedPage } from './pages';
import type { TokenCounter } from './ports';

/** An address and a number of tokens take at least this many own tokens. */
const MIN_LINE_TOKENS = 8;

/**
 * @param evicted what was evicted and is not resident now
 * @param older what was evicted before that, when it is no longer told apart
 * @param capTokens own tokens all stubs may take together
 * @returns one line a page or run of messages, in the order of the conversation. When the cap is reached the oldest
 *   become one range, so that everything keeps an address. Empty when nothing was evicted
 */
export async function renderStubs(
  session: string,
  evicted: readonly EvictedPage[],
  older: EvictedRange | undefined,
  capTokens: number,
  counter: TokenCounter,
): Promise<string> {
  const runs = coalesce(inOrder(evicted));
  const lines = runs.map((run) => stubLine(session, run));
  // No more lines than these can fit, however long the session has become.
  const hidden = Math.max(0, lines.length - Math.ceil(capTokens / MIN_LINE_TOKENS));
  const counts = await counter.count(lines.slice(hidden));
  const total = counts.reduce((sum, count) => sum + count + 1, 0);
  if (!older && hidden === 0 && total <= capTokens) return lines.join('\n');
  // The range's line is longest when it holds everything.
  let left = capTokens - ((await counter.count([rangeLine(session, older, runs)]))[0] ?? 0) - 1;
  let first = lines.length;
  for (; first > hidden; first--) {
    left -= (counts[first - 1 - hidden] ?? 0) + 1;
    if (left < 0) break;
  }
  return [rangeLine(session, older, runs.slice(0, first)), ...lines.slice(first)].join('\n');
}

/** By place in the conversation. The same address may have been evicted several times; only the last time counts. */
function inOrder(evicted: readonly EvictedPage[]): EvictedPage[] {
  const byAddress = new Map(evicted.map((page) => [page.address, page]));
  return [...byAddress.values()].sort((a, b) => a.seq - b.seq);
}

/** Neighbouring messages become one run; file pages and results stay apart. */
function coalesce(pages: readonly EvictedPage[]): EvictedPage[][] {
  const runs: EvictedPage[][] = [];
  for (const page of pages) {
    const last = runs.at(-1);
    if (page.kind === 'message' && last?.[0]?.kind === 'message') last.push(page);
    else runs.push([page]);
  }
  return runs;
}

function stubLine(session: string, run: readonly EvictedPage[]): string {
  const [first] = run as readonly [EvictedPage, ...EvictedPage[]];
  const tokens = tokensOf(run);
  if (first.kind === 'file') return `- ${first.address} (${tokens} tokens)`;
  const address = first.kind === 'tool' ? first.address : runAddress(session, run);
  const count = run.length > 1 ? `, ${run.length} messages` : '';
  return `- ${address} (${tokens} tokens${count}) ${first.label}`;
}

function rangeLine(
  session: string,
  older: EvictedRange | undefined,
  runs: readonly (readonly EvictedPage[])[],
): string {
  const range = runs.flat().reduce<EvictedRange | undefined>(extended, older);
  if (!range) return '';
  const address = messageAddress(session, range.firstSeq, range.lastSeq);
  return `- ${address} (${range.tokens} tokens) ${range.pages} older entries: page_in or recall_search`;
}

/** A run may reach from what a fork inherits into its own: the fork's name covers both. */
function runAddress(session: string, run: readonly EvictedPage[]): string {
  const [first] = run;
  if (run.length === 1 && first?.kind === 'message') return first.address;
  return messageAddress(session, run[0]?.seq ?? 0, run.at(-1)?.seq);
}

function tokensOf(pages: readonly EvictedPage[]): number {
  return pages.reduce((sum, page) => sum + page.tokens, 0);
}

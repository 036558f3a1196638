/** Pages of a text that is too long to be admitted whole. */
import type { TokenCounter } from './ports';
import { splitByTokens } from './splitByTokens';

/**
 * Own tokens of a page. Fixed, and never more than the smallest admission: however much is admitted when a page is
 * asked for, page 7 is the same text, so what goes on at page 7 leaves nothing out.
 */
export const PAGE_TOKENS = 96;

export interface ServedText {
  readonly text: string;
  /** 1-based page after the last one served; undefined when that was the end. */
  readonly next: number | undefined;
  /** `page 2 of 9` or `pages 2-4 of 9`; undefined when the text is served whole. */
  readonly label: string | undefined;
}

/**
 * Serves pages of a text from `page` on, as many as `limit` own tokens hold, at least one.
 * @returns undefined when there is no such page
 */
export async function servePages(
  text: string,
  page: number,
  limit: number,
  counter: TokenCounter,
): Promise<ServedText | undefined> {
  const [whole = 0] = await counter.count([text]);
  if (page === 1 && whole <= limit) return { text, next: undefined, label: undefined };
  const pages = await splitByTokens(text, PAGE_TOKENS, counter);
  if (page > pages.length) return undefined;
  const costs = await counter.count(pages.slice(page - 1, page + Math.ceil(limit / 8)));
  let last = page;
  let tokens = costs[0] ?? 0;
  while (last < pages.length) {
    tokens += costs[last - page + 1] ?? Number.POSITIVE_INFINITY;
    if (tokens > limit) break;
    last++;
  }
  return {
    text: pages.slice(page - 1, last).join(''),
    next: last < pages.length ? last + 1 : undefined,
    label: last === page ? `page ${page} of ${pages.length}` : `pages ${page}-${last} of ${pages.length}`,
  };
}

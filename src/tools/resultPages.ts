/** Cuts results into pages that fit what one result may hold, so that nothing is dropped without saying so. */
import type { FunctionContext, FunctionOutcome } from '../engine/EngineFunction';

/**
 * Own tokens of a page. Fixed: what is admitted changes from step to step, and page 2 must go on where page 1 ended. Where
 * even one page is too much, the executor cuts it and says how the rest is paged in.
 */
const PAGE_TOKENS = 600;

/**
 * Packs whole lines into pages and shows one of them. The cut depends on the lines alone.
 * @param page 1-based
 * @param header first line of the result, given the number of pages
 */
export async function showPage(
  lines: readonly string[],
  page: number,
  header: (pages: number) => string,
  context: FunctionContext,
): Promise<FunctionOutcome> {
  const tokens = await Promise.all(lines.map((line) => context.countTokens(line)));
  const pages: string[][] = [[]];
  let used = 0;
  lines.forEach((line, i) => {
    const cost = (tokens[i] ?? 0) + 1;
    if (used > 0 && used + cost > PAGE_TOKENS) {
      pages.push([]);
      used = 0;
    }
    pages.at(-1)?.push(line);
    used += cost;
  });
  const shown = pages[page - 1];
  if (shown === undefined) return noSuchPage(page, pages.length);
  return { text: [header(pages.length), ...shown].join('\n') };
}

export function noSuchPage(page: number, pages: number): FunctionOutcome {
  const plural = pages === 1 ? 'there is only 1 page' : `there are only ${pages} pages`;
  return { text: `There is no page ${page}: ${plural}.`, isError: true };
}

/**
 * Renders a page of search hits in the richest form that fits.
 * @param renderings of the same result, richest first; the last one is used when none fits
 */
export async function richestThatFits(
  renderings: readonly (() => string)[],
  context: FunctionContext,
): Promise<string> {
  let text = '';
  for (const render of renderings) {
    text = render();
    if ((await context.countTokens(text)) <= context.maxResultTokens) break;
  }
  return text;
}

/** @returns `, page 2 of 5` or nothing when there is one page only */
export function pageLabel(page: number, pages: number): string {
  return pages > 1 ? `, page ${page} of ${pages}` : '';
}

/** @returns e.g. `1 match`, `3 matches` */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

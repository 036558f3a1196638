import * as z from 'zod';
import type { RecallHit, SearchPage } from '../engine/ports';
import { defineFunction, positiveInteger } from './defineFunction';
import { excerpt } from './excerpt';
import { counted, noSuchPage, pageLabel, richestThatFits } from './resultPages';
import { shortTime } from './shortTime';

const PAGE_SIZE = 6;
/** Excerpt lengths in characters, tried until the page fits. */
const EXCERPTS = [600, 240, 90];
const DAY_MS = 86_400_000;

const date = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'expected a date, e.g. 2026-03-31');

export const recallSearch = defineFunction({
  name: 'recall_search',
  description:
    'Search everything said or shown before, in this and earlier sessions, evicted or not. Gives addresses for page_in.',
  readOnly: true,
  arguments: z.object({
    query: z.string(),
    since: date.optional().describe('ISO date'),
    until: date.optional().describe('ISO date, inclusive'),
    page: positiveInteger.optional(),
  }),
  async run({ query, since, until, page = 1 }, context) {
    const found = await context.recall.search(
      {
        text: query,
        ...(since === undefined ? {} : { since: Date.parse(since) }),
        ...(until === undefined ? {} : { until: endOf(until) }),
        page,
        pageSize: PAGE_SIZE,
      },
      context.signal,
    );
    if (found.total === 0) {
      const hint = since || until ? 'Try other words or a wider time span.' : 'Try other words.';
      return { text: `No messages found for "${query}". ${hint}`, fault: { kind: 'major', tier: 'recall' } };
    }
    if (found.hits.length === 0) return noSuchPage(page, found.pages);
    const renderings = EXCERPTS.map((chars) => () => render(query, found, chars, context.isResident));
    return { text: await richestThatFits(renderings, context), fault: { kind: 'major', tier: 'recall' } };
  },
});

/** A day without a time means the whole day. */
function endOf(until: string): number {
  return Date.parse(until) + (/^\d{4}-\d{2}-\d{2}$/.test(until.trim()) ? DAY_MS - 1 : 0);
}

function render(
  query: string,
  found: SearchPage<RecallHit>,
  chars: number,
  isResident: (address: string) => boolean,
): string {
  const lines = found.hits.map((hit) => {
    const who = hit.name === undefined ? hit.role : `${hit.role} ${hit.name}`;
    const resident = isResident(hit.id) ? ' [resident]' : '';
    return `${hit.id} ${shortTime(hit.time)} ${who}${resident}\n  ${excerpt(hit.text, query, chars)}`;
  });
  const header = `${counted(found.total, 'message')}${pageLabel(found.page, found.pages)}; page_in(address) shows one whole`;
  return [header, ...lines].join('\n');
}

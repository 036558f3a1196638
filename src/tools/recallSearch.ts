import * as z from 'zod';
import { defineFunction, positiveInteger } from './defineFunction';
import { counted, noSuchPage, pageLabel } from './resultPages';
import { shortTime } from './shortTime';
import { showHits } from './textHits';

const PAGE_SIZE = 6;
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
    const header = `${counted(found.total, 'message')}${pageLabel(found.page, found.pages)}`;
    const hits = found.hits.map(({ id, time, role, name, text }) => ({
      address: id,
      origin: `${shortTime(time)} ${name === undefined ? role : `${role} ${name}`}`,
      text,
    }));
    return showHits(header, hits, query, 'recall', context);
  },
});

/** A day without a time means the whole day. */
function endOf(until: string): number {
  return Date.parse(until) + (/^\d{4}-\d{2}-\d{2}$/.test(until.trim()) ? DAY_MS - 1 : 0);
}

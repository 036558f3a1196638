import * as z from 'zod';
import { noteAddress } from '../engine/addresses';
import { defineFunction, positiveInteger } from './defineFunction';
import { counted, noSuchPage, pageLabel } from './resultPages';
import { shortTime } from './shortTime';
import { showHits } from './textHits';

const PAGE_SIZE = 6;

export const archivalSearch = defineFunction({
  name: 'archival_search',
  description: 'Search the notes stored with archival_insert. Gives addresses for page_in.',
  readOnly: true,
  arguments: z.object({ query: z.string(), page: positiveInteger.optional() }),
  async run({ query, page = 1 }, context) {
    const found = await context.archival.searchNotes(
      { text: query, page, pageSize: PAGE_SIZE },
      context.signal,
    );
    if (found.total === 0) {
      return {
        text: `No archival notes found for "${query}". Try other words.`,
        fault: { kind: 'major', tier: 'archival' },
      };
    }
    if (found.hits.length === 0) return noSuchPage(page, found.pages);
    const header = `${counted(found.total, 'note')}${pageLabel(found.page, found.pages)}`;
    const hits = found.hits.map(({ id, time, text }) => ({
      address: noteAddress(id),
      origin: shortTime(time),
      text,
    }));
    return showHits(header, hits, query, 'archival', context);
  },
});

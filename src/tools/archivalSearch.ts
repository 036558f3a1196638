import * as z from 'zod';
import { noteAddress } from '../engine/addresses';
import type { ArchivalNote, SearchPage } from '../engine/ports';
import { defineFunction, positiveInteger } from './defineFunction';
import { excerpt } from './excerpt';
import { counted, noSuchPage, pageLabel, richestThatFits } from './resultPages';
import { shortTime } from './shortTime';

const PAGE_SIZE = 6;
/** Excerpt lengths in characters, tried until the page fits. */
const EXCERPTS = [600, 240, 90];

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
    const fault = { kind: 'major', tier: 'archival' } as const;
    if (found.total === 0) return { text: `No archival notes found for "${query}". Try other words.`, fault };
    if (found.hits.length === 0) return noSuchPage(page, found.pages);
    const renderings = EXCERPTS.map((chars) => () => render(query, found, chars, context.isResident));
    return { text: await richestThatFits(renderings, context), fault };
  },
});

function render(
  query: string,
  found: SearchPage<ArchivalNote>,
  chars: number,
  isResident: (address: string) => boolean,
): string {
  const lines = found.hits.map((hit) => {
    const address = noteAddress(hit.id);
    const resident = isResident(address) ? ' [resident]' : '';
    return `${address} ${shortTime(hit.time)}${resident}\n  ${excerpt(hit.text, query, chars)}`;
  });
  const header = `${counted(found.total, 'note')}${pageLabel(found.page, found.pages)}; page_in(address) shows one whole`;
  return [header, ...lines].join('\n');
}

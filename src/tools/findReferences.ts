import * as z from 'zod';
import { fileCounts } from '../engine/digest';
import type { EngineFunction } from '../engine/EngineFunction';
import { aimedSymbol, type LanguageDependencies, symbolArguments } from './aimedSymbol';
import { CodePlaces, sorted } from './codePlaces';
import { defineFunction, positiveInteger } from './defineFunction';
import { nothingKnown } from './goToDefinition';
import { counted, pageLabel, showPage } from './resultPages';

/** References that can be paged through. */
const MAX_SHOWN = 1000;
/** Files whose references are counted one by one. */
const MOST_FILES = 10;

export function createFindReferences(dependencies: LanguageDependencies): EngineFunction {
  return defineFunction({
    name: 'find_references',
    description: 'Every use of the symbol on this line; not what only has the same name.',
    readOnly: true,
    arguments: z.object({ ...symbolArguments, page: positiveInteger.optional() }),
    async run({ page = 1, ...args }, context) {
      const aimed = await aimedSymbol(args, dependencies, context);
      if ('refusal' in aimed) return aimed.refusal;
      const { path, absolute, at } = aimed;
      const found = sorted(await dependencies.language.references(absolute, at, context.signal));
      context.signal.throwIfAborted();
      if (found.length === 0) return { text: nothingKnown(args.symbol, path) };
      const places = new CodePlaces(context);
      const all = await Promise.all(found.slice(0, MAX_SHOWN).map((place) => places.line(place)));
      const lines = all.filter((line) => line !== undefined);
      const counts = fileCounts(found.map((place) => places.pathOf(place.path) ?? place.path));
      const header = (pages: number) => {
        const more = found.length > MAX_SHOWN ? `, the first ${MAX_SHOWN} shown` : '';
        const most =
          pages > 1 && page === 1 && counts.length > 1
            ? `\nmost in: ${counts.slice(0, MOST_FILES).join(', ')}`
            : '';
        const total = `${counted(lines.length, 'reference')} in ${counted(counts.length, 'file')}`;
        return `${total}${pageLabel(page, pages)}${more}${most}`;
      };
      return showPage(lines, page, header, context);
    },
  });
}

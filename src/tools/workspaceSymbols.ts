import * as z from 'zod';
import type { EngineFunction } from '../engine/EngineFunction';
import { isSecretPath } from '../engine/secretFiles';
import type { LanguageDependencies } from './aimedSymbol';
import { CodePlaces } from './codePlaces';
import { defineFunction, positiveInteger } from './defineFunction';
import { counted, pageLabel, showPage } from './resultPages';

/** Symbols that can be paged through: more is a query to narrow down. */
const MAX_SHOWN = 400;

export function createWorkspaceSymbols({ language }: Pick<LanguageDependencies, 'language'>): EngineFunction {
  return defineFunction({
    name: 'workspace_symbols',
    description: 'Symbols of the project whose name has the query.',
    readOnly: true,
    arguments: z.object({ query: z.string().trim().min(1), page: positiveInteger.optional() }),
    async run({ query, page = 1 }, context) {
      const found = await language.workspaceSymbols(query, context.signal);
      const places = new CodePlaces(context);
      const lines = found.flatMap(({ path: absolute, name, kind, container, startLine, endLine }) => {
        const path = places.pathOf(absolute);
        if (isSecretPath(absolute)) return [];
        const range = endLine > startLine ? `${startLine}-${endLine}` : `${startLine}`;
        const inside = container === '' ? '' : ` in ${container}`;
        return [
          `${path ?? absolute}:${range} ${kind} ${name}${inside}${path === undefined ? ' (outside the workspace)' : ''}`,
        ];
      });
      if (lines.length === 0) {
        return {
          text: `The editor knows no symbol with ${JSON.stringify(query)} in its name. It knows those of languages it has opened a file of; search_workspace knows all that is indexed.`,
        };
      }
      const more = lines.length > MAX_SHOWN ? `, the first ${MAX_SHOWN} shown: narrow the query` : '';
      const header = (pages: number) => `${counted(lines.length, 'symbol')}${pageLabel(page, pages)}${more}`;
      return showPage(lines.slice(0, MAX_SHOWN), page, header, context);
    },
  });
}

import * as z from 'zod';
import type { FunctionContext } from '../engine/EngineFunction';
import type { CodeHit, CodePage, SnippetLine } from '../engine/ports';
import { defineFunction, positiveInteger } from './defineFunction';
import { counted, noSuchPage, pageLabel, richestThatFits } from './resultPages';

const PAGE_SIZE = 8;
/** Snippet lines per hit, tried until the page fits. */
const SNIPPETS = [3, 1, 0];
const ROLES = { definition: 'definition', use: 'use', place: 'named in the query' } as const;

export const searchWorkspace = defineFunction({
  name: 'search_workspace',
  description:
    'Find code and text in the workspace by meaning and words; "who calls X" gives definition, then callers. Gives the best places first, as path:start-end to read with read_file.',
  readOnly: true,
  arguments: z.object({
    query: z.string().describe('may have "exact words", -word and path: lang: symbol: changed:7d'),
    glob: z.string().optional().describe('e.g. src/**/*.ts'),
    page: positiveInteger.optional(),
  }),
  async run({ query, glob, page = 1 }, context) {
    const found = await context.archival.searchWorkspace(
      { text: query, ...(glob === undefined ? {} : { glob }), count: true, page, pageSize: PAGE_SIZE },
      context.signal,
    );
    const fault = { kind: 'major', tier: 'archival' } as const;
    if (found.total === 0) {
      const where = glob === undefined ? '' : ` in ${glob}`;
      return {
        text: `Nothing found for "${query}"${where}. Try other words, or grep for exact text.`,
        fault,
      };
    }
    if (found.hits.length === 0) return noSuchPage(page, found.pages);
    const renderings = SNIPPETS.map((lines) => () => render(found, lines, context));
    return { text: await richestThatFits(renderings, context), fault };
  },
});

function render(found: CodePage, lines: number, context: FunctionContext): string {
  const first = (found.page - 1) * PAGE_SIZE + 1;
  const entries = found.hits.map((hit, i) => {
    const symbol = hit.symbol === '' ? '' : ` ${hit.symbol}`;
    const resident = context.isRangeResident(hit.path, hit.startLine, hit.endLine) ? ' [resident]' : '';
    const place = `${hit.path}:${hit.startLine}-${hit.endLine}`;
    const unsaved = hit.unsaved ? ' [unsaved]' : '';
    const outdated = hit.outdated ? ' [has changed since]' : '';
    const snippet = telling(hit.snippet, lines).map(({ line, text }) => `\n   ${line}: ${text}`);
    return `${first + i}. ${place}${symbol} (${reason(hit)})${resident}${unsaved}${outdated}${snippet.join('')}`;
  });
  const total = `${found.exact ? '' : 'over '}${counted(found.total, 'place')}`;
  return [`${total}${pageLabel(found.page, found.pages)}; read_file shows the lines`, ...entries].join('\n');
}

function reason({ role, score }: CodeHit): string {
  return role === undefined ? `score ${score.toPrecision(2)}` : ROLES[role];
}

/** The lines in which most matches, in their order. */
function telling(snippet: readonly SnippetLine[], count: number): SnippetLine[] {
  const matched = ({ ranges }: SnippetLine) => ranges.reduce((sum, [start, end]) => sum + end - start, 0);
  return [...snippet]
    .sort((a, b) => matched(b) - matched(a))
    .slice(0, count)
    .sort((a, b) => a.line - b.line);
}

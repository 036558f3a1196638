import * as z from 'zod';
import type { EngineFunction } from '../engine/EngineFunction';
import type { LanguageDependencies } from './aimedSymbol';
import { defineFunction, positiveInteger } from './defineFunction';
import { refusedSecret } from './refusedSecret';
import { counted, pageLabel, showPage } from './resultPages';
import { absolutePath } from './workspacePaths';

export function createDocumentSymbols({ language, roots }: LanguageDependencies): EngineFunction {
  return defineFunction({
    name: 'document_symbols',
    description: 'The outline of a file: its symbols and their lines.',
    readOnly: true,
    arguments: z.object({ path: z.string(), page: positiveInteger.optional() }),
    async run({ path: written, page = 1 }, context) {
      const path = context.files.canonical(written);
      const refused = await refusedSecret(path, context);
      if (refused) return refused;
      // Throws where it is outside, no text, or not there.
      await context.files.read(path, context.signal);
      const symbols = await language.documentSymbols(absolutePath(roots(), path), context.signal);
      if (symbols.length === 0) {
        return {
          text: `The editor knows no symbols in ${path}: it may have no support for this language, or be loading it still. read_file shows the text.`,
        };
      }
      const lines = symbols.map(({ name, kind, startLine, endLine, depth }) => {
        const range = endLine > startLine ? `${startLine}-${endLine}` : `${startLine}`;
        return `${' '.repeat(depth)}${range} ${kind} ${name}`;
      });
      const header = (pages: number) =>
        `${path}: ${counted(lines.length, 'symbol')}${pageLabel(page, pages)}`;
      return showPage(lines, page, header, context);
    },
  });
}

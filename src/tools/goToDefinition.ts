import * as z from 'zod';
import type { EngineFunction } from '../engine/EngineFunction';
import { aimedSymbol, type LanguageDependencies, symbolArguments } from './aimedSymbol';
import { CodePlaces, sorted } from './codePlaces';
import { defineFunction } from './defineFunction';

export function createGoToDefinition(dependencies: LanguageDependencies): EngineFunction {
  return defineFunction({
    name: 'go_to_definition',
    description: 'Where the symbol on this line is defined, as the language server knows it.',
    readOnly: true,
    arguments: z.object(symbolArguments),
    async run(args, context) {
      const aimed = await aimedSymbol(args, dependencies, context);
      if ('refusal' in aimed) return aimed.refusal;
      const places = new CodePlaces(context);
      const lines = await Promise.all(sorted(aimed.definition).map((place) => places.line(place)));
      const shown = lines.filter((line) => line !== undefined);
      if (shown.length > 0) return { text: shown.join('\n') };
      const { path } = aimed;
      if (lines.length > 0)
        return { text: 'It is defined in a file that looks like it holds secrets, which is not shown.' };
      return { text: nothingKnown(args.symbol, path) };
    },
  });
}

/** Whether there is a language server cannot be told from its silence. */
export function nothingKnown(symbol: string, path: string): string {
  return `The editor knows nothing about ${JSON.stringify(symbol)} in ${path}: it may have no support for this language, or be loading it still. grep and search_workspace find names by their text.`;
}

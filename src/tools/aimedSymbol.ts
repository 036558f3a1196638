/** What the functions that name a symbol by its text on a line have in common. */
import * as z from 'zod';
import type { FunctionContext, FunctionOutcome } from '../engine/EngineFunction';
import { splitLines } from '../engine/filePages';
import type { CodePlace, LanguageFeatures, TextPosition } from '../engine/languageFeatures';
import { CodePlaces } from './codePlaces';
import { positiveInteger } from './defineFunction';
import { refusedSecret } from './refusedSecret';
import { notOnLine, symbolColumns } from './symbolOnLine';
import { absolutePath, type WorkspaceRoot } from './workspacePaths';

export interface LanguageDependencies {
  readonly language: LanguageFeatures;
  /** The workspace folders now open. */
  readonly roots: () => readonly WorkspaceRoot[];
}

export const symbolArguments = {
  path: z.string(),
  line: positiveInteger,
  symbol: z.string().trim().min(1),
};

export interface AimedSymbol {
  /** Workspace path, and the same absolute. */
  readonly path: string;
  readonly absolute: string;
  readonly at: TextPosition;
  /** Of the symbol; empty when no language server knows one. */
  readonly definition: readonly CodePlace[];
}

/** @returns where the symbol is and what it means, or why that cannot be said. @throws VirtualContextError */
export async function aimedSymbol(
  { path: written, line, symbol }: { readonly path: string; readonly line: number; readonly symbol: string },
  { language, roots }: LanguageDependencies,
  context: FunctionContext,
): Promise<AimedSymbol | { readonly refusal: FunctionOutcome }> {
  const path = context.files.canonical(written);
  const refused = await refusedSecret(path, context);
  if (refused) return { refusal: refused };
  const { text } = await context.files.read(path, context.signal);
  // An editor does not show the mark.
  const lines = splitLines(text.replace(/^\ufeff/, ''));
  const columns = symbolColumns(lines[line - 1] ?? '', symbol);
  if (columns.length === 0) return refusal(notOnLine(path, lines, line, symbol));
  const absolute = absolutePath(roots(), path);
  const meant: AimedSymbol[] = [];
  for (const column of columns) {
    const at = { line, column };
    const definition = await language.definition(absolute, at, context.signal);
    context.signal.throwIfAborted();
    meant.push({ path, absolute, at, definition });
  }
  const [first] = meant;
  if (first === undefined) return refusal(notOnLine(path, lines, line, symbol));
  if (meant.every(({ definition }) => sameFirst(definition, first.definition))) return first;
  const places = new CodePlaces(context);
  const each = await Promise.all(
    meant.map(async ({ definition: [place] }, i) => {
      const shown = place && (await places.line(place));
      return `${i + 1}. ${shown ?? 'nothing that is known'}`;
    }),
  );
  const times = `${JSON.stringify(symbol)} is ${columns.length} times on line ${line} of ${path}, and does not mean the same`;
  const advice = 'Give it with what stands before it on the line (a.name).';
  return refusal([`${times}. ${advice} They are:`, ...each].join('\n'));
}

function sameFirst([a]: readonly CodePlace[], [b]: readonly CodePlace[]): boolean {
  return a?.path === b?.path && a?.startLine === b?.startLine;
}

function refusal(text: string): { readonly refusal: FunctionOutcome } {
  return { refusal: { text, isError: true } };
}

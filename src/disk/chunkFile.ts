import { outlineOf } from './outlineOf';
import type { ParseState, SourcePage } from './Page';
import type { Parsers } from './Parsers';
import { SourceText } from './SourceText';
import { toPages } from './toPages';

interface ChunkedFile {
  readonly pages: readonly SourcePage[];
  readonly parse: ParseState;
}

/**
 * Cuts a file into pages: along its syntax where there is a grammar or a rule, by lines otherwise or when the grammar
 * fails. Every byte is on exactly one page; a file without bytes has no pages.
 * @param bytes the whole file
 * @param text the same, decoded by `decodeText`
 * @param parsers undefined to do without grammars
 */
export async function chunkFile(
  { bytes, text, language }: { readonly bytes: Uint8Array; readonly text: string; readonly language: string },
  parsers: Pick<Parsers, 'parse'> | undefined,
): Promise<ChunkedFile> {
  const source = new SourceText(bytes, text);
  const { outline, parse } = await outlineOf(source, language, parsers?.parse.bind(parsers));
  return { pages: toPages(source, outline, language), parse };
}

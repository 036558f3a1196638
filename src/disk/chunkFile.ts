import { grammarOf } from './languages';
import { markdownChunks } from './markdownChunks';
import type { ParseState, SourcePage } from './Page';
import type { Parsers } from './Parsers';
import { splitLines } from './Segment';
import { SourceText } from './SourceText';
import { syntaxChunks } from './syntaxChunks';
import { type Outline, toPages } from './toPages';

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
  const pagesOf = (outline: Outline) => toPages(source, outline, language);
  if (language === 'markdown') return { pages: pagesOf(markdownChunks(source)), parse: 'syntax' };
  const grammar = grammarOf(language);
  const outline = grammar
    ? await parsers?.parse(grammar, text, (tree) => syntaxChunks(source, tree.rootNode))
    : undefined;
  if (outline) return { pages: pagesOf(outline), parse: 'syntax' };
  return { pages: pagesOf(byLines(source)), parse: grammar ? 'fallback' : 'lines' };
}

function byLines(source: SourceText): Outline {
  const whole = { first: 0, last: source.lineCount - 1, symbol: '', names: [] };
  return { segments: splitLines(source, whole), symbols: [] };
}

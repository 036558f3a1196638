import { grammarOf } from './languages';
import { markdownChunks } from './markdownChunks';
import type { SourcePage } from './Page';
import type { Parsers } from './Parsers';
import { mergeSegments, splitLines } from './Segment';
import { SourceText } from './SourceText';
import { syntaxChunks } from './syntaxChunks';

/**
 * Cuts a file into pages: along its syntax where there is a grammar, by heading for Markdown, by lines otherwise or when
 * the grammar fails. Every line is on exactly one page; an empty text has no pages.
 */
export async function chunkFile(
  text: string,
  language: string,
  parsers: Pick<Parsers, 'parse'> | undefined,
): Promise<{
  readonly source: SourceText;
  readonly pages: readonly SourcePage[];
  readonly parse: 'syntax' | 'lines' | 'fallback';
}> {
  const source = new SourceText(text);
  if (text.trim() === '') return { source, pages: [], parse: 'lines' };
  if (language === 'markdown') return { source, pages: markdownChunks(source), parse: 'syntax' };
  const grammar = grammarOf(language);
  const pages =
    grammar && parsers
      ? await parsers.parse(grammar, text, (tree) => syntaxChunks(source, tree.rootNode))
      : undefined;
  if (pages) return { source, pages, parse: 'syntax' };
  return { source, pages: lineChunks(source), parse: grammar ? 'fallback' : 'lines' };
}

function lineChunks(source: SourceText): SourcePage[] {
  return mergeSegments(
    source,
    splitLines(source, { first: 0, last: source.lineCount - 1, symbol: '', names: [] }),
  );
}

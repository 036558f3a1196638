import { dockerfileChunks } from './dockerfileChunks';
import { jsonChunks, yamlChunks } from './keyedChunks';
import { grammarOf } from './languages';
import { markdownChunks } from './markdownChunks';
import { notebookChunks } from './notebookChunks';
import type { ParseState } from './Page';
import type { FileParser } from './Parsers';
import { splitLines, wholeOf } from './Segment';
import type { SourceText } from './SourceText';
import { sectionChunks } from './sectionChunks';
import { sqlChunks } from './sqlChunks';
import { syntaxChunks } from './syntaxChunks';
import { tomlChunks } from './tomlChunks';
import type { Outline } from './toPages';

/** Languages whose lines tell enough. */
const byRule: Readonly<Record<string, (source: SourceText) => Outline>> = {
  markdown: markdownChunks,
  json: jsonChunks,
  jsonc: jsonChunks,
  yaml: yamlChunks,
  toml: tomlChunks,
  sql: sqlChunks,
  dockerfile: dockerfileChunks,
};

/** Languages that hold others, and need their grammars. */
const byParts: Readonly<
  Record<string, (source: SourceText, parse: FileParser) => Promise<Outline | undefined>>
> = {
  vue: sectionChunks,
  svelte: sectionChunks,
  jupyter: notebookChunks,
};

/**
 * What a file consists of: along its syntax where there is a grammar or a rule, lines otherwise or when the grammar fails.
 * @param parse undefined to do without grammars
 */
export async function outlineOf(
  source: SourceText,
  language: string,
  parse: FileParser | undefined,
): Promise<{ readonly outline: Outline; readonly parse: ParseState }> {
  const rule = byRule[language];
  if (rule) return { outline: rule(source), parse: 'syntax' };
  const parts = byParts[language];
  const grammar = grammarOf(language);
  if (!parts && !grammar) return { outline: byLines(source), parse: 'lines' };
  const outline =
    parse &&
    (parts
      ? await parts(source, parse)
      : grammar && (await parse(grammar, source.text, (tree) => syntaxChunks(source, tree.rootNode))));
  return outline ? { outline, parse: 'syntax' } : { outline: byLines(source), parse: 'fallback' };
}

function byLines(source: SourceText): Outline {
  return { segments: splitLines(source, wholeOf(source)), symbols: [] };
}

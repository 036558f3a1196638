/** Vue and Svelte: script, template and style are sections; the script is parsed. */
import type { Range } from 'web-tree-sitter';
import { grammarOf } from './languages';
import type { FileParser } from './Parsers';
import { type Segment, splitLines } from './Segment';
import type { SourceText } from './SourceText';
import { syntaxChunks } from './syntaxChunks';
import type { FoundSymbol, Outline } from './toPages';

/** A section of a file, its tags on lines of their own. Lines are 0-based and inclusive. */
interface Section {
  readonly kind: 'script' | 'template' | 'style' | 'markup';
  readonly language: string;
  /** Blank lines above belong to it. */
  readonly first: number;
  /** The lines between the tags, or all of the markup. */
  readonly inside: { readonly first: number; readonly last: number };
  readonly last: number;
}

const opening = /^<(script|template|style)\b([^>]*)>\s*$/i;
const inTag = /\blang=["']?(\w+)/i;
const languages: Readonly<Record<string, string>> = {
  ts: 'typescript',
  typescript: 'typescript',
  tsx: 'typescriptreact',
  jsx: 'javascriptreact',
  scss: 'scss',
  sass: 'scss',
  less: 'less',
};

/** @returns undefined when the grammar of a section failed */
export async function sectionChunks(source: SourceText, parse: FileParser): Promise<Outline | undefined> {
  const segments: Segment[] = [];
  const symbols: FoundSymbol[] = [];
  for (const section of sectionsOf(source)) {
    const outline = await sectionOutline(source, section, parse);
    if (!outline) return undefined;
    segments.push(...outline.segments);
    symbols.push(...outline.symbols);
  }
  return { segments, symbols };
}

async function sectionOutline(
  source: SourceText,
  { kind, language, first, inside, last }: Section,
  parse: FileParser,
): Promise<Outline | undefined> {
  const isCode = kind === 'script' || kind === 'style';
  const run: Segment = {
    first,
    last,
    symbol: kind === 'markup' ? '' : kind,
    names: [],
    ...(isCode ? { language } : {}),
  };
  const grammar = grammarOf(isCode ? language : 'html');
  const enclosed = rangeOf(source, inside.first, inside.last);
  if (!grammar || !enclosed) return { segments: splitLines(source, run), symbols: [] };
  return parse(grammar, source.text, (tree) => syntaxChunks(source, tree.rootNode, run), enclosed);
}

function rangeOf(source: SourceText, first: number, last: number): Range | undefined {
  if (first > last) return undefined;
  return {
    startIndex: source.lineStart(first),
    endIndex: source.lineStart(last + 1),
    startPosition: { row: first, column: 0 },
    endPosition: { row: last + 1, column: 0 },
  };
}

/** @returns sections that together cover every line, in order; what is outside of tags is markup */
function sectionsOf(source: SourceText): Section[] {
  const sections: Section[] = [];
  let next = 0;
  const markupUpTo = (last: number) => {
    if (isBlank(source, next, last)) return;
    sections.push({ kind: 'markup', language: 'html', first: next, inside: { first: next, last }, last });
    next = last + 1;
  };
  for (let line = 0; line < source.lineCount; line++) {
    const match = opening.exec(source.line(line));
    if (!match) continue;
    const kind = (match[1] ?? '').toLowerCase() as 'script' | 'template' | 'style';
    const last = closingLine(source, kind, line + 1);
    if (last === undefined) continue;
    markupUpTo(line - 1);
    const language = languageOfSection(kind, match[2] ?? '');
    sections.push({ kind, language, first: next, inside: { first: line + 1, last: last - 1 }, last });
    next = last + 1;
    line = last;
  }
  markupUpTo(source.lineCount - 1);
  const last = source.lineCount - 1;
  const end = sections.pop() ?? { kind: 'markup', language: 'html', first: 0, inside: { first: 0, last } };
  return [...sections, { ...end, last }];
}

function isBlank(source: SourceText, first: number, last: number): boolean {
  return (
    source.text.slice(source.lineStart(first), source.lineStart(Math.max(first, last + 1))).trim() === ''
  );
}

/** Templates hold templates, further right. */
function closingLine(source: SourceText, kind: string, from: number): number | undefined {
  const closing = new RegExp(kind === 'template' ? '^</template' : `</${kind}`, 'i');
  for (let line = from; line < source.lineCount; line++) if (closing.test(source.line(line))) return line;
  return undefined;
}

function languageOfSection(kind: string, attributes: string): string {
  const named = languages[inTag.exec(attributes)?.[1]?.toLowerCase() ?? ''];
  if (named) return named;
  return kind === 'script' ? 'javascript' : kind === 'style' ? 'css' : 'html';
}

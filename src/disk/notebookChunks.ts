/** Jupyter notebooks: a cell is a page. */
import { findNodeAtLocation, type Node as JsonNode, parseTree } from 'jsonc-parser';
import { grammarOf } from './languages';
import { maxTokens } from './Page';
import type { FileParser } from './Parsers';
import { type Segment, splitLines } from './Segment';
import type { SourceText } from './SourceText';
import type { FoundSymbol, Outline } from './toPages';
import { treeSymbols } from './treeSymbols';

const heading = /^ {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$/m;

/** A cell as it stands in the file. */
interface Cell {
  readonly isCode: boolean;
  /** Offsets of the cell in the file. */
  readonly start: number;
  readonly end: number;
  readonly source: string;
  /** The strings that the source is made of: where each begins in the source, and where in the file. */
  readonly parts: readonly { readonly inSource: number; readonly inFile: number }[];
}

/** @returns undefined when the file is no notebook or its language's grammar failed */
export async function notebookChunks(source: SourceText, parse: FileParser): Promise<Outline | undefined> {
  const root = parseTree(source.text);
  const cells = root && findNodeAtLocation(root, ['cells'])?.children?.map(cellOf);
  if (!root || !cells) return undefined;
  const language = languageOfCells(root);
  const segments: Segment[] = [];
  const symbols: FoundSymbol[] = [];
  let title = '';
  let first = 0;
  for (const cell of cells) {
    const last = source.lineAt(Math.max(cell.start, cell.end - 1));
    const found = cell.isCode ? await codeSymbols(cell, language, title, parse) : headingOf(cell);
    if (!found) return undefined;
    if (!cell.isCode && found[0]) title = found[0].name;
    symbols.push(...found);
    // Written without line breaks: the cell is on the page of the one before.
    if (last < first) continue;
    const names = found.flatMap(({ kind, name }) => (kind === 'definition' ? [name] : []));
    const segment = {
      first,
      last,
      symbol: names[0] ?? title,
      names,
      language: cell.isCode ? language : 'markdown',
      isWhole: true,
    };
    segments.push(...(source.tokens(first, last) > maxTokens ? splitLines(source, segment) : [segment]));
    first = last + 1;
  }
  if (first < source.lineCount) {
    segments.push(...splitLines(source, { first, last: source.lineCount - 1, symbol: '', names: [] }));
  }
  return { segments, symbols };
}

function languageOfCells(root: JsonNode): string {
  const node =
    findNodeAtLocation(root, ['metadata', 'kernelspec', 'language']) ??
    findNodeAtLocation(root, ['metadata', 'language_info', 'name']);
  return typeof node?.value === 'string' ? node.value.toLowerCase() : 'python';
}

function cellOf(node: JsonNode): Cell {
  const text = findNodeAtLocation(node, ['source']);
  const strings = text?.type === 'array' ? (text.children ?? []) : text ? [text] : [];
  let source = '';
  const parts = strings.map((part) => {
    const place = { inSource: source.length, inFile: part.offset };
    if (typeof part.value === 'string') source += part.value;
    return place;
  });
  const isCode = findNodeAtLocation(node, ['cell_type'])?.value === 'code';
  return { isCode, start: node.offset, end: node.offset + node.length, source, parts };
}

async function codeSymbols(
  cell: Cell,
  language: string,
  title: string,
  parse: FileParser,
): Promise<readonly FoundSymbol[] | undefined> {
  const grammar = grammarOf(language);
  if (!grammar) return [];
  const symbols = await parse(
    grammar,
    cell.source,
    (tree) => treeSymbols(tree.rootNode, cell.source).symbols,
  );
  return symbols?.map((symbol) => ({
    ...symbol,
    container: symbol.container === '' ? title : symbol.container,
    offset: inFile(cell, symbol.offset),
  }));
}

function headingOf(cell: Cell): FoundSymbol[] {
  const match = heading.exec(cell.source);
  if (!match?.[1]) return [];
  return [
    { kind: 'definition', name: match[1].slice(0, 120), offset: inFile(cell, match.index), container: '' },
  ];
}

/** The string in the file that an offset of the source is in. */
function inFile(cell: Cell, offset: number): number {
  let place = cell.start;
  for (const part of cell.parts) {
    if (part.inSource > offset) break;
    place = part.inFile;
  }
  return place;
}

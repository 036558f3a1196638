import { hash } from 'node:crypto';
import { cutLongLine } from './cutLongLine';
import { maxTokens, type PageSymbol, type SourcePage } from './Page';
import { mergeSegments, type Segment } from './Segment';
import type { SourceText } from './SourceText';

/** A symbol of a file that is not on a page yet. */
export type FoundSymbol = Omit<PageSymbol, 'line'> & {
  /** Code units of the file before it. */
  readonly offset: number;
};

/** What a file consists of. */
export interface Outline {
  /** In order, without gaps, covering every line. */
  readonly segments: readonly Segment[];
  /** In order. */
  readonly symbols: readonly FoundSymbol[];
}

/** A run of a file's code units that becomes a page. */
interface Cut {
  readonly segment: Segment;
  readonly start: number;
  readonly end: number;
}

/**
 * Makes pages of segments: small ones joined, lines that are too long cut, bytes and hashes known, symbols on the page
 * where they stand. An empty file has none.
 */
export function toPages(source: SourceText, { segments, symbols }: Outline, language: string): SourcePage[] {
  if (source.bytes.length === 0) return [];
  const cuts = mergeSegments(source, segments).flatMap((segment) => cutsOf(source, segment));
  const pages: SourcePage[] = [];
  let place = source.start;
  let next = 0;
  for (const { segment, start, end } of cuts) {
    const own: FoundSymbol[] = [];
    for (; next < symbols.length; next++) {
      const symbol = symbols[next];
      if (!symbol || symbol.offset >= end) break;
      own.push(symbol);
    }
    const endPlace = source.placeAt(end, place);
    const startLine = source.lineAt(start);
    const names = [...new Set(segment.names)];
    pages.push({
      startLine: startLine + 1,
      endLine: source.lineAt(Math.max(start, end - 1)) + 1,
      startColumn: start - source.lineStart(startLine),
      startByte: place.byte,
      endByte: endPlace.byte,
      hash: hash('sha256', source.bytes.subarray(place.byte, endPlace.byte), 'hex').slice(0, 16),
      text: source.slice(start, end),
      language: segment.language ?? language,
      symbol: segment.symbol === '' ? (names[0] ?? '') : segment.symbol,
      names,
      symbols: pageSymbols(source, own),
    });
    place = endPlace;
  }
  return pages;
}

function cutsOf(source: SourceText, segment: Segment): Cut[] {
  const start = source.lineStart(segment.first);
  const end = source.lineStart(segment.last + 1);
  if (segment.first < segment.last || source.tokens(segment.first, segment.last) <= maxTokens) {
    return [{ segment, start, end }];
  }
  let at = start;
  return cutLongLine(source.text.slice(start, end)).map((length, i) => {
    const cut = { segment: i === 0 ? segment : { ...segment, names: [] }, start: at, end: at + length };
    at += length;
    return cut;
  });
}

/** Each definition; each name that is used but not defined here, once. */
function pageSymbols(source: SourceText, found: readonly FoundSymbol[]): PageSymbol[] {
  const defined = new Set<string>();
  for (const { kind, name } of found) if (kind === 'definition') defined.add(name);
  const used = new Set<string>();
  const symbols: PageSymbol[] = [];
  for (const { kind, name, offset, container } of found) {
    if (kind === 'reference') {
      if (defined.has(name) || used.has(name)) continue;
      used.add(name);
    }
    symbols.push({ kind, name, line: source.lineAt(offset) + 1, container });
  }
  return symbols;
}

import type { SourceText } from './SourceText';
import type { FoundSymbol, Outline } from './toPages';
import { type Unit, unitSegments, withComments } from './unitSegments';

const table = /^\s*\[\[?\s*([\w.\-"'\s:/@*+]+?)\s*\]\]?\s*(?:#.*)?$/;
const key = /^([\w.\-"']+)\s*=/;
const comment = /^\s*#/;

/** Segments of a TOML file, one for each table. Symbols: tables, and the keys before the first one. */
export function tomlChunks(source: SourceText): Outline {
  const units: Unit[] = [];
  const symbols: FoundSymbol[] = [];
  let quotes: string | undefined;
  let end = 0;
  for (let line = 0; line < source.lineCount; line++) {
    const text = source.line(line);
    const inside = quotes !== undefined;
    for (const [mark] of text.matchAll(/"""|'''/g))
      quotes = quotes === undefined ? mark : quotes === mark ? undefined : quotes;
    if (inside) continue;
    const name = table.exec(text)?.[1];
    const topKey = units.length === 0 ? key.exec(text)?.[1] : undefined;
    const defined = name ?? topKey;
    if (defined === undefined) continue;
    symbols.push({ kind: 'definition', name: defined, offset: source.lineStart(line), container: '' });
    if (name === undefined) continue;
    units.push({ line: withComments(source, line, end, comment), symbol: name, names: [name] });
    end = line + 1;
  }
  return { segments: unitSegments(source, units, 0, source.lineCount - 1), symbols };
}

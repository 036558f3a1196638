import type { SourceText } from './SourceText';
import type { FoundSymbol, Outline } from './toPages';
import { type Unit, unitSegments, withComments } from './unitSegments';

const from = /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i;
const copyFrom = /--from=([^\s,]+)/g;
const comment = /^\s*#/;

/** Segments of a Dockerfile, one for each stage. Symbols: stages by name; the images and stages they are built from. */
export function dockerfileChunks(source: SourceText): Outline {
  const units: Unit[] = [];
  const symbols: FoundSymbol[] = [];
  let end = 0;
  let container = '';
  for (let line = 0; line < source.lineCount; line++) {
    const text = source.line(line);
    const offset = source.lineStart(line);
    for (const [, name = ''] of text.matchAll(copyFrom))
      symbols.push({ kind: 'reference', name, offset, container });
    const stage = from.exec(text);
    if (!stage) continue;
    const [, image = '', name] = stage;
    symbols.push({ kind: 'reference', name: image, offset, container: '' });
    container = name ?? image;
    if (name !== undefined) symbols.push({ kind: 'definition', name, offset, container: '' });
    units.push({
      line: withComments(source, line, end, comment),
      symbol: container,
      names: name === undefined ? [] : [name],
    });
    end = line + 1;
  }
  return { segments: unitSegments(source, units, 0, source.lineCount - 1), symbols };
}

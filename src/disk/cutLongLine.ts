import { estimateTokens, targetTokens } from './Page';

/** After these a line of code, data or prose is cut best; the first kind found near enough wins. */
const breaks = [/[;}\r]/, /[,>)\]]/, /\s/];
/** Share of a piece's end that is searched for them. */
const searched = 0.3;

/**
 * Cuts a line that is too long for one page into pieces of at most the target size, never inside a character.
 * @returns the lengths of the pieces in code units, in order; their sum is the line's
 */
export function cutLongLine(line: string): number[] {
  const lengths: number[] = [];
  for (let at = 0; at < line.length; ) {
    const limit = reach(line, at);
    const length = limit === line.length ? limit - at : bestLength(line.slice(at, limit));
    lengths.push(length);
    at += length;
  }
  return lengths;
}

/** @returns the offset up to which a piece from `start` may go */
function reach(line: string, start: number): number {
  let bytes = 0;
  let at = start;
  while (at < line.length) {
    const point = line.codePointAt(at) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (estimateTokens(bytes) > targetTokens) break;
    at += point < 0x10000 ? 1 : 2;
  }
  return at;
}

function bestLength(piece: string): number {
  const least = Math.floor(piece.length * (1 - searched));
  for (const mark of breaks) {
    for (let i = piece.length - 1; i >= least; i--) if (mark.test(piece.charAt(i))) return i + 1;
  }
  return piece.length;
}

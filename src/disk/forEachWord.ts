/** Kinds of UTF-16 units, found out when first met. */
const unknown = 0;
const wordUnit = 1;
const otherUnit = 2;
const surrogate = 3;

const letterOrDigit = /^[\p{L}\p{N}_$]$/u;

const kinds = new Uint8Array(0x10000).fill(surrogate, 0xd800, 0xe000);

function kindOf(unit: number): number {
  const kind = letterOrDigit.test(String.fromCharCode(unit)) ? wordUnit : otherUnit;
  kinds[unit] = kind;
  return kind;
}

/** The text at hand as an array: many times faster to read than a string. */
let scratch = new Uint16Array(1 << 14);

function unitsOf(text: string): Uint16Array {
  if (text.length > scratch.length) scratch = new Uint16Array(2 * text.length);
  Buffer.from(scratch.buffer).write(text, 'utf16le');
  return scratch;
}

/**
 * Visits the words of a text in order: the longest runs of letters, digits, `_` and `$`, in any script; the same runs as
 * `/[\p{L}\p{N}_$]+/gu` finds. Not to be called by `visit`.
 * @param visit given the word's place, `end` exclusive, in UTF-16 units, a hash of it (FNV-1a over units, 32 bits), and the
 *   units of the text; ends the visit by returning false
 */
export function forEachWord(
  text: string,
  visit: (start: number, end: number, hash: number, units: Uint16Array) => boolean,
): void {
  const units = unitsOf(text);
  const { length } = text;
  let start = -1;
  let hash = 0;
  let i = 0;
  while (i < length) {
    const unit = units[i] as number;
    let kind = kinds[unit] as number;
    if (kind === unknown) kind = kindOf(unit);
    let width = 1;
    if (kind === surrogate) {
      const point = text.codePointAt(i) ?? unit;
      width = point > 0xffff ? 2 : 1;
      kind = letterOrDigit.test(String.fromCodePoint(point)) ? wordUnit : otherUnit;
    }
    if (kind === wordUnit) {
      if (start < 0) {
        start = i;
        hash = 0x811c9dc5;
      }
      hash = Math.imul(hash ^ unit, 0x01000193);
    } else if (start >= 0) {
      if (!visit(start, i, hash, units)) return;
      start = -1;
    }
    i += width;
  }
  if (start >= 0) visit(start, length, hash, units);
}

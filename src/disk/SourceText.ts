import { estimateTokens } from './Page';

/** What stands for invalid bytes, and may stand in a text by itself. */
const replacement = '\ufffd';

/** A place between two characters of a file. */
export interface Place {
  /** UTF-16 code units before it. */
  readonly offset: number;
  /** Bytes of the file before it. */
  readonly byte: number;
}

/** A file's text cut into lines at `\n` (as tree-sitter and git count them), with their sizes and places in the file. */
export class SourceText {
  readonly lineCount: number;
  /** starts[i]: code units before line i; the last entry is the end of the text. */
  private readonly starts: Int32Array;
  /** bytes before line i, counted in UTF-8 whatever the file's encoding: what sizes are estimated by */
  private readonly sizes: Int32Array;
  private readonly encoding: 'ascii' | 'utf-8' | 'utf-16';

  /**
   * @param bytes the whole file
   * @param text the same, decoded by `decodeText`
   */
  constructor(
    readonly bytes: Uint8Array,
    readonly text: string,
  ) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    // A final line break ends the last line; it does not begin another.
    if (starts.length === 1 || starts.at(-1) !== text.length) starts.push(text.length);
    this.starts = Int32Array.from(starts);
    this.lineCount = starts.length - 1;
    this.encoding = encodingOf(bytes, text);
    this.sizes = this.encoding === 'ascii' ? this.starts : this.utf8Sizes();
  }

  private utf8Sizes(): Int32Array {
    const sizes = new Int32Array(this.lineCount + 1);
    for (let i = 0, size = 0; i < this.lineCount; i++) {
      size += Buffer.byteLength(this.text.slice(this.starts[i], this.starts[i + 1]));
      sizes[i + 1] = size;
    }
    return sizes;
  }

  /** Estimated tokens of lines `first` to `last`, 0-based and inclusive. */
  tokens(first: number, last: number): number {
    return estimateTokens((this.sizes[last + 1] ?? 0) - (this.sizes[first] ?? 0));
  }

  /** Line `index`, 0-based, without its line break. */
  line(index: number): string {
    return this.text.slice(this.starts[index], this.starts[index + 1]).replace(/\r?\n$/, '');
  }

  /** Code units before line `index`, 0-based; the text's length for the line after the last. */
  lineStart(index: number): number {
    return this.starts[index] ?? this.text.length;
  }

  /** The 0-based line that holds a code unit. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.lineCount - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Where the file begins: its byte order mark belongs to the first character. */
  get start(): Place {
    return { offset: 0, byte: 0 };
  }

  /**
   * @param offset code units, at least those before `from`
   * @param from a place known already
   */
  placeAt(offset: number, from: Place): Place {
    if (offset >= this.text.length) return { offset: this.text.length, byte: this.bytes.length };
    if (this.encoding === 'ascii') return { offset, byte: offset };
    if (this.encoding === 'utf-16') return { offset, byte: 2 + 2 * offset };
    const byte = from.offset === 0 ? markLength(this.bytes) : from.byte;
    const between = this.text.slice(from.offset, offset);
    const length = between.includes(replacement)
      ? bytesOf(this.bytes.subarray(byte), between.length)
      : Buffer.byteLength(between);
    return { offset, byte: byte + length };
  }

  /** The text between two offsets, without carriage returns at line ends and without the last line break. */
  slice(start: number, end: number): string {
    const text = this.text.slice(start, end);
    const lines = text.includes('\r') ? text.replace(/\r(?=\n|$)/g, '') : text;
    return lines.endsWith('\n') ? lines.slice(0, -1) : lines;
  }
}

function encodingOf(bytes: Uint8Array, text: string): 'ascii' | 'utf-8' | 'utf-16' {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return 'utf-16';
  // Characters beyond ASCII take more bytes than code units, and so does a byte order mark; each invalid byte
  // alone becomes one code unit, so a text of the same length may still hold some.
  return text.length === bytes.length && !text.includes(replacement) ? 'ascii' : 'utf-8';
}

function markLength(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * How many bytes give so many code units, invalid ones decoded as `decodeText` does. The decoder itself is asked: cut
 * inside a sequence it gives one replacement character, so the most bytes that give no more units are the answer.
 */
function bytesOf(bytes: Uint8Array, units: number): number {
  const unitsOf = (length: number) => decoder.decode(bytes.subarray(0, length)).length;
  let low = units;
  let high = Math.min(bytes.length, 3 * units);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (unitsOf(middle) <= units) low = middle;
    else high = middle - 1;
  }
  return low;
}

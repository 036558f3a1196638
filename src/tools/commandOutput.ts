/** Output of one command: memory holds its beginning and its end, parts on disk what lies between. */
import { stripVTControlCharacters } from 'node:util';
import { partAddress } from '../engine/addresses';
import { describeError } from '../engine/errors';
import type { BlobHash } from '../engine/ports';

/** UTF-16 units kept in memory of the beginning, of the end, and at most of what becomes the next part. */
const HEAD = 256 * 1024;
const TAIL = 768 * 1024;
const PART = 1024 * 1024;
const CHUNK = 64 * 1024;
/** A disk would fill: what follows so much is counted and dropped, but for the end. */
const MAX_STORED = 100 * PART;
/** Parts on their way to the disk before whoever adds is asked to wait. */
const MAX_IN_FLIGHT = 2;
/** The end that is looked at for the lines shown while a command runs. */
const GLIMPSE = 8 * 1024;

interface Part {
  readonly hash: BlobHash;
  /** UTF-16 units as they came. */
  readonly size: number;
  /** Line breaks in it. */
  readonly lines: number;
}

/** What is not in memory, at some moment. */
interface LeftOut {
  readonly parts: readonly Part[];
  /** UTF-16 units in the parts, and in none. */
  readonly kept: number;
  readonly dropped: number;
}

export class CommandOutput {
  private head = '';
  private tail: string[] = [];
  private tailSize = 0;
  /** Between the parts and the tail. */
  private middle = '';
  private readonly parts: Part[] = [];
  private stored = 0;
  private dropped = 0;
  private inFlight = 0;
  private writing: Promise<void> = Promise.resolve();
  private problem: string | undefined;

  /** @param store makes a part durable */
  constructor(private readonly store: (part: string) => Promise<BlobHash>) {}

  /** @returns when the disk has caught up, if it lags: whoever can wait does */
  add(text: string): Promise<void> | undefined {
    const room = this.tail.length > 0 ? 0 : HEAD - this.head.length;
    this.head += text.slice(0, room);
    for (let start = room; start < text.length; start += CHUNK) {
      const chunk = text.slice(start, start + CHUNK);
      this.tail.push(chunk);
      this.tailSize += chunk.length;
    }
    while (this.tailSize - (this.tail[0]?.length ?? 0) >= TAIL) this.leave();
    return this.inFlight > MAX_IN_FLIGHT ? this.writing : undefined;
  }

  /**
   * What a person would read: without codes for terminals, each line as it was last drawn.
   * @param address of the result that shows it, under which its parts are found
   * @returns the text, the parts that it leaves out, and in words that it does: as of the call, whatever comes until then
   */
  async read(address: string): Promise<{
    readonly text: string;
    readonly parts: readonly BlobHash[];
    readonly note: string;
  }> {
    const { head, writing } = this;
    const rest = this.middle + this.tail.join('');
    const gone = this.stored + this.dropped;
    if (gone === 0) return { text: plainText(head + rest).trim(), parts: [], note: '' };
    await writing;
    const parts = [...this.parts];
    const kept = parts.reduce((sum, { size }) => sum + size, 0);
    const left: LeftOut = { parts, kept, dropped: gone - kept };
    const begun = plainText(head).trimStart();
    const mark = this.mark(address, lineBreaks(begun), left);
    return {
      text: `${begun.trimEnd()}\n${mark}\n${plainText(rest).trimEnd()}`,
      parts: parts.map(({ hash }) => hash),
      note: this.note(address, left),
    };
  }

  /** @returns the last lines so far */
  lastLines(count: number): string {
    const end = (this.tailSize > 0 ? this.tail.join('') : this.head).slice(-GLIMPSE);
    return plainText(end).trim().split('\n').slice(-count).join('\n');
  }

  /** The oldest of the tail goes to the middle, and from there in parts to the disk. */
  private leave(): void {
    const first = this.tail.shift() ?? '';
    this.tailSize -= first.length;
    if (this.middle === '' && this.stored === 0) {
      // Parts begin with a line where that can be.
      const end = this.head.lastIndexOf('\n') + 1;
      if (end > HEAD / 2) {
        this.middle = this.head.slice(end);
        this.head = this.head.slice(0, end);
      }
    }
    this.middle += first;
    while (this.middle.length >= PART) {
      const end = endOfPart(this.middle);
      this.put(this.middle.slice(0, end));
      this.middle = this.middle.slice(end);
    }
  }

  private put(raw: string): void {
    // After a gap all is dropped: what came behind it would seem to follow.
    if (this.dropped > 0 || this.stored + raw.length > MAX_STORED) {
      this.dropped += raw.length;
      return;
    }
    this.stored += raw.length;
    this.inFlight++;
    this.writing = this.writing.then(() => this.write(raw));
  }

  /** Never throws. */
  private async write(raw: string): Promise<void> {
    const text = plainText(raw);
    try {
      if (this.problem !== undefined) throw new Error(this.problem);
      this.parts.push({ hash: await this.store(text), size: raw.length, lines: lineBreaks(text) });
    } catch (error) {
      this.problem ??= describeError(error);
      this.stored -= raw.length;
      this.dropped += raw.length;
    } finally {
      this.inFlight--;
    }
  }

  /** Where something is left out. */
  private mark(address: string, linesBefore: number, { parts, dropped }: LeftOut): string {
    let line = linesBefore + 1;
    const named = parts.map(({ lines }, index) => {
      const from = line;
      line += lines;
      return `${index === 0 ? partAddress(address, 1) : `.${index + 1}`} lines ${from}-${Math.max(from, line - 1)}`;
    });
    const kept = named.length > 0 ? `left out here and kept: ${named.join(', ')}` : 'left out here';
    const missing = dropped > 0 ? `; ${this.droppedWords(dropped)}` : '';
    return `[… ${kept}${missing} …]`;
  }

  private note(address: string, { parts, kept, dropped }: LeftOut): string {
    if (parts.length === 0) return `Long output; ${this.droppedWords(dropped)}.`;
    const last = parts.length === 1 ? '' : ` to ${partAddress(address, parts.length)}`;
    const missing = dropped > 0 ? `; ${this.droppedWords(dropped)}` : '';
    return `Long output: its middle, ${megabytes(kept)}, is in ${partAddress(address, 1)}${last} (page_in)${missing}.`;
  }

  private droppedWords(size: number): string {
    const why = this.problem === undefined ? `over the limit of ${megabytes(MAX_STORED)}` : this.problem;
    return `${megabytes(size)} are not kept (${why})`;
  }
}

/** Parts end with a line where one ends in their second half, and never within a character. */
function endOfPart(text: string): number {
  const line = text.lastIndexOf('\n', PART - 1) + 1;
  if (line > PART / 2) return line;
  return /[\uD800-\uDBFF]/.test(text.charAt(PART - 1)) ? PART - 1 : PART;
}

function lineBreaks(text: string): number {
  return text.split('\n').length - 1;
}

function megabytes(chars: number): string {
  return `${(chars / 1024 / 1024).toFixed(1)} MB`;
}

function plainText(raw: string): string {
  return stripVTControlCharacters(raw)
    .replace(/\r+\n/g, '\n')
    .split('\n')
    .map(lastDrawn)
    .join('\n')
    .replace(/\n{4,}/g, '\n\n\n');
}

/** Progress is drawn over itself: what stands there in the end counts. */
function lastDrawn(line: string): string {
  const drawn = line.split('\r').filter((text) => text !== '');
  let text = drawn.at(-1) ?? '';
  while (/[^\b][\b]/.test(text)) text = text.replace(/[^\b][\b]/g, '');
  return text.replace(/(?!\t)\p{Cc}/gu, '').trimEnd();
}

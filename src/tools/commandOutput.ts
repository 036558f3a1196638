import { stripVTControlCharacters } from 'node:util';

/** UTF-16 units kept of the beginning and of the end of an output; what is between them is counted and dropped. */
const HEAD = 256 * 1024;
const TAIL = 768 * 1024;
/** The end that is looked at for the lines shown while a command runs. */
const GLIMPSE = 8 * 1024;

/** Output of one command, bounded however much it is. */
export class CommandOutput {
  private head = '';
  private tail: string[] = [];
  private tailSize = 0;
  private cut = 0;

  add(text: string): void {
    const room = HEAD - this.head.length;
    this.head += text.slice(0, room);
    const rest = text.slice(room);
    if (rest === '') return;
    this.tail.push(rest);
    this.tailSize += rest.length;
    while (this.tailSize - (this.tail[0]?.length ?? 0) >= TAIL) this.drop();
  }

  /** What a person would read: without codes for terminals, each line as it was last drawn. */
  text(): string {
    const tail = this.tail.join('');
    if (this.cut === 0) return plainText(this.head + tail);
    const kilobytes = Math.ceil(this.cut / 1024).toLocaleString('en-US');
    return `${plainText(this.head)}\n[… ${kilobytes} KB of output were cut here and are not kept …]\n${plainText(tail)}`;
  }

  /** @returns the last lines so far */
  lastLines(count: number): string {
    const end = (this.tailSize > 0 ? this.tail.join('') : this.head).slice(-GLIMPSE);
    return plainText(end).split('\n').slice(-count).join('\n');
  }

  private drop(): void {
    const first = this.tail.shift() ?? '';
    this.tailSize -= first.length;
    this.cut += first.length;
  }
}

function plainText(raw: string): string {
  return stripVTControlCharacters(raw)
    .replace(/\r+\n/g, '\n')
    .split('\n')
    .map(lastDrawn)
    .join('\n')
    .replace(/\n{4,}/g, '\n\n\n')
    .trim();
}

/** Progress is drawn over itself: what stands there in the end counts. */
function lastDrawn(line: string): string {
  const drawn = line.split('\r').filter((text) => text !== '');
  let text = drawn.at(-1) ?? '';
  while (/[^\b][\b]/.test(text)) text = text.replace(/[^\b][\b]/g, '');
  return text.replace(/(?!\t)\p{Cc}/gu, '').trimEnd();
}

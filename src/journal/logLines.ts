/** The lines of a session log file, as bytes: what is whole, what is torn, what is damaged. */
import { createReadStream } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { SessionEvent } from '../engine/events';

export interface LogLine {
  /** 1-based. */
  readonly number: number;
  /** Offset of its first byte. */
  readonly start: number;
  /** Without the newline. */
  readonly bytes: Buffer;
  /** False for what follows the last newline. */
  readonly terminated: boolean;
}

const NEWLINE = 0x0a;
const CLOSING_BRACE = 0x7d;
/** Longest time for which a reader, with what it does with the lines, keeps everything else waiting, ms. */
const LONGEST_RUN_MS = 5;

/**
 * Splits at `\n` only: readline would also split at U+2028, which JSON leaves as it is. A long log is many seconds of
 * work for an editor's only thread, so others get their turn in between.
 * @param end read only the file's first `end` bytes
 * @param from where a line begins, and its number
 */
export async function* readLogLines(
  path: string,
  end = Number.POSITIVE_INFINITY,
  from: Pick<LogLine, 'number' | 'start'> = { number: 1, start: 0 },
): AsyncGenerator<LogLine> {
  let { number, start } = from;
  if (end <= start) return;
  let pieces: Buffer[] = [];
  let length = 0;
  let running = performance.now();
  for await (const chunk of createReadStream(path, { start, end: end - 1, highWaterMark: 256 * 1024 })) {
    const bytes = chunk as Buffer;
    let begin = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, begin)) {
      const rest = bytes.subarray(begin, at);
      const line = length === 0 ? rest : Buffer.concat([...pieces, rest]);
      yield { number, start, bytes: line, terminated: true };
      if (performance.now() - running > LONGEST_RUN_MS) {
        await setImmediate();
        running = performance.now();
      }
      number += 1;
      start += line.length + 1;
      begin = at + 1;
      pieces = [];
      length = 0;
    }
    if (begin === bytes.length) continue;
    pieces.push(bytes.subarray(begin));
    length += bytes.length - begin;
  }
  if (length > 0) yield { number, start, bytes: Buffer.concat(pieces), terminated: false };
}

/** Parses the lines of one log in their order. */
export class LogParser {
  /** Events that the log inherits: its own are numbered after them. */
  private inherits = 0;

  /** @returns the line's event, or undefined when it is not a whole event with a dense sequence number */
  parse(line: LogLine): SessionEvent | undefined {
    const event = parseEvent(line);
    if (event === undefined) return undefined;
    if (line.number === 1) this.inherits = event.type === 'session.forked' ? event.through : 0;
    return event.seq === line.number + this.inherits ? event : undefined;
  }

  /**
   * Whether a line begins and ends as the event with its number does and was written whole, told in a fraction of the
   * time that parsing takes. Lines after the first, which is to be parsed.
   */
  looksWhole({ number, bytes, terminated }: LogLine): boolean {
    if (!terminated || bytes.at(-1) !== CLOSING_BRACE) return false;
    const start = `{"seq":${number + this.inherits},`;
    return number > 1 && bytes.toString('latin1', 0, start.length) === start && !bytes.includes(0);
  }
}

function parseEvent(line: LogLine): SessionEvent | undefined {
  if (!line.terminated) return undefined;
  try {
    const value = JSON.parse(line.bytes.toString('utf8')) as Partial<SessionEvent> | null;
    return typeof value === 'object' && value !== null && typeof value.type === 'string'
      ? (value as SessionEvent)
      : undefined;
  } catch {
    return undefined;
  }
}

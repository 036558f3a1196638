/** What a list of chats shows of each: its name, its model, what it has spent. Reads what was appended since last time. */
import { stat } from 'node:fs/promises';
import { type Spent, SpentTokens } from '../engine/SpentTokens';
import { LogParser, readLogLines } from './logLines';
import { listSessions, type SessionSummary, sessionLogPath } from './sessionFiles';

export interface ChatEntry extends SessionSummary {
  /** As the person has named it; undefined: by its title. */
  readonly name?: string;
  /** Of the last request. */
  readonly model?: string;
  readonly spent: readonly Spent[];
}

/** A log as far as it was read. */
interface Reading {
  readonly parser: LogParser;
  readonly spent: SpentTokens;
  /** The line that comes next. */
  next: { number: number; start: number };
  name: string;
  model: string;
}

/** Events that matter here, found without parsing all others. The type stands near the beginning of a line. */
const TYPES = [
  'session.forked',
  'session.renamed',
  'turn.started',
  'request.sent',
  'response.received',
  'process.ended',
];
const MARKS = TYPES.map((type) => Buffer.from(`"type":"${type}"`));
const HEAD_BYTES = 200;
/** Logs read at once. */
const WIDTH = 4;

export class SessionCatalog {
  private readonly readings = new Map<string, Reading>();

  /** @param dir folder of all sessions */
  constructor(private readonly dir: string) {}

  /** The chats, last changed first; sub-agents are no chats. @throws JournalError */
  async chats(): Promise<readonly ChatEntry[]> {
    const sessions = await listSessions(this.dir);
    const known = new Map(sessions.map((session) => [session.id, session]));
    for (const id of this.readings.keys()) if (!known.has(id)) this.readings.delete(id);
    const chats = sessions.filter(({ forked }) => forked?.kind !== 'process');
    const entries: ChatEntry[] = [];
    for (let i = 0; i < chats.length; i += WIDTH) {
      const some = chats.slice(i, i + WIDTH);
      entries.push(...(await Promise.all(some.map((chat) => this.entry(chat, known)))));
    }
    return entries;
  }

  private async entry(chat: SessionSummary, known: ReadonlyMap<string, SessionSummary>): Promise<ChatEntry> {
    const reading = await this.read(chat.id);
    const title = chat.title ?? inheritedTitle(chat, known);
    return {
      ...chat,
      ...(title === undefined ? {} : { title }),
      ...(reading.name === '' ? {} : { name: reading.name }),
      ...(reading.model === '' ? {} : { model: reading.model }),
      spent: reading.spent.ofSession,
    };
  }

  /** What cannot be read tells what was read before. */
  private async read(id: string): Promise<Reading> {
    const path = sessionLogPath(this.dir, id);
    let reading = this.readings.get(id);
    try {
      const { size } = await stat(path);
      // Another log under the same name: it was deleted and made anew.
      if (!reading || size < reading.next.start) reading = newReading();
      this.readings.set(id, reading);
      for await (const line of readLogLines(path, size, reading.next)) {
        if (!line.terminated) break;
        reading.next = { number: line.number + 1, start: line.start + line.bytes.length + 1 };
        const head = line.bytes.subarray(0, HEAD_BYTES);
        const event =
          line.number === 1 || MARKS.some((mark) => head.includes(mark))
            ? reading.parser.parse(line)
            : undefined;
        if (!event) continue;
        reading.spent.apply(event);
        if (event.type === 'session.renamed') reading.name = event.name;
        if (event.type === 'request.sent' && event.purpose === 'step') reading.model = event.model;
      }
    } catch {
      // Deleted this moment, or not readable: the list is not the place to say so.
    }
    return reading ?? newReading();
  }
}

function newReading(): Reading {
  return {
    parser: new LogParser(),
    spent: new SpentTokens(),
    next: { number: 1, start: 0 },
    name: '',
    model: '',
  };
}

/** A fork in which nothing was said goes by what it goes on from. */
function inheritedTitle(
  chat: SessionSummary,
  known: ReadonlyMap<string, SessionSummary>,
): string | undefined {
  const seen = new Set<string>();
  for (
    let at: SessionSummary | undefined = chat;
    at && !seen.has(at.id);
    at = known.get(at.forked?.from ?? '')
  ) {
    if (at.title !== undefined) return at.title;
    seen.add(at.id);
  }
  return undefined;
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RecordBatch } from 'apache-arrow';
import type { RecallHit, RecallMessage, RecallQuery, SearchPage } from '../engine/ports';
import { lastOfImport, listImports, readImport } from '../journal/importedMessages';
import type { Database } from './Database';
import { isIdentifier, literalHits } from './identifierQuery';
import { paginate } from './paginate';
import { params } from './params';
import { cuesOf } from './recall/cues';
import { dateTerms } from './recall/dates';
import { type IndexedMessage, MessagePostings } from './recall/MessagePostings';
import { MessageRanker, type RankedMessage } from './recall/MessageRanker';
import { isOneOf, quote } from './sql';

/**
 * Messages searched: beyond so many the older ones are in the table and at their addresses, but searches leave them out.
 * A query over this many takes 20 ms of the process's thread.
 */
const maxSearched = 300_000;
/** So many more may come before the oldest are left out. */
const slack = 1.1;
/** Ranked hits among which an identifier is looked for word for word. */
const literalDepth = 200;
/** The thread is the searches' too: after so much work in one go others have their turn, ms. */
const sliceTime = 8;
const importBatch = 500;

const columns = ['id', 'session', 'seq', 'time', 'role', 'name', 'text', 'dates', 'cues'] as const;
const messageSchema = params.appendMessages.shape.messages.element;

interface Loaded {
  readonly postings: MessagePostings;
  readonly ranker: MessageRanker;
  /** Whether the table has messages that are not searched. */
  readonly partial: boolean;
}

/**
 * Recall storage: every message, found by its words, its letters, its date, who said it and what was said around it. Texts
 * are in LanceDB; what they are found by is in memory, where a message is found as soon as it is handed over.
 */
export class RecallIndex {
  private loading: Promise<Loaded> | undefined;
  private adding: Promise<unknown> = Promise.resolve();
  private writing: Promise<unknown> = Promise.resolve();
  /** Handed over, not in the table yet. */
  private readonly unwritten = new Map<string, IndexedMessage>();

  /**
   * @param store folder that has the imported messages: a table without them is filled again
   * @param limit messages searched at most, the latest
   */
  constructor(
    private readonly database: Database,
    private readonly store: string,
    private readonly limit = maxSearched,
  ) {}

  /** Adds messages, replacing those with the same id: handing over everything again does no harm. Resolves when they are durable. */
  async append(messages: readonly RecallMessage[]): Promise<void> {
    const loaded = await this.load();
    await this.add(loaded, messages);
    if (loaded.postings.documents > this.limit * slack) this.unload();
  }

  async search(query: RecallQuery, signal: AbortSignal): Promise<SearchPage<RecallHit>> {
    const { postings, ranker } = await this.load();
    signal.throwIfAborted();
    const { text, page, pageSize, since, until } = query;
    const end = page * pageSize;
    const { best, total } = ranker.rank({ text, now: Date.now(), since, until }, Math.max(end, literalDepth));
    const hits = (ranked: readonly RankedMessage[]) =>
      this.withMessages(ranked.map(({ number, score }) => ({ id: postings.id(number), score })));
    if (isIdentifier(text)) {
      const near = await hits(best.slice(0, literalDepth));
      const literal = literalHits(text, near);
      if (literal !== near) return paginate(literal, page, pageSize);
    }
    return {
      hits: await hits(best.slice(end - pageSize, end)),
      page,
      pages: Math.ceil(total / pageSize),
      total,
    };
  }

  /** Sequence numbers of the messages stored of a session, ascending. */
  async seqs(session: string): Promise<number[]> {
    await Promise.all([this.load(), this.writing]);
    const rows = await this.database.messages.rows(['seq'], `session = ${quote(session)}`);
    return rows.map((row) => Number(row.seq)).sort((a, b) => a - b);
  }

  /** Takes the messages of these sessions out for good. Resolves when that is durable. */
  async forget(sessions: readonly string[]): Promise<void> {
    const { postings } = await this.load();
    const { messages } = this.database;
    const where = isOneOf('session', sessions);
    const gone = this.adding.then(async () => {
      // What is being written would come back.
      await this.writing;
      const rows = await messages.rows(['id'], where);
      await messages.delete(where);
      for (const { id } of rows) postings.forget(String(id));
      for (const { id, session } of [...this.unwritten.values()]) {
        if (!sessions.includes(session)) continue;
        this.unwritten.delete(id);
        postings.forget(id);
      }
    });
    this.adding = gone.catch(() => undefined);
    await gone;
  }

  /** One batch after the other, so that rows are written in the order in which they are found. */
  private async add({ postings, partial }: Loaded, messages: readonly RecallMessage[]): Promise<void> {
    const added = this.adding.then(async () => {
      const known: IndexedMessage[] = [];
      const fresh = new Map<string, IndexedMessage>();
      const turns = new Turns();
      for (const message of messages) {
        const indexed = indexedMessage(message);
        const isKnown = partial || (postings.has(message.id) && !fresh.has(message.id));
        if (isKnown) known.push(indexed);
        else fresh.set(message.id, indexed);
        postings.add(indexed);
        this.unwritten.set(message.id, indexed);
        await turns.pause();
      }
      return { written: this.write([...fresh.values()], known) };
    });
    this.adding = added.catch(() => undefined);
    await (await added).written;
  }

  private write(fresh: readonly IndexedMessage[], known: readonly IndexedMessage[]): Promise<void> {
    const { messages } = this.database;
    // The last of those that share an id.
    const replaced = new Map(known.map((message) => [message.id, message]));
    const written = Promise.all([
      messages.add(fresh.map(rowOf)),
      messages.upsert('id', [...replaced.values()].map(rowOf)),
    ]).then(
      () => {
        // Whoever reads the table just now may not see them there yet.
        const forget = () => this.forgetUnwritten([...fresh, ...known]);
        (this.loading ?? Promise.resolve()).then(forget, forget);
      },
      (error: unknown) => {
        // What was not written must not be found: everything is read again.
        this.forgetUnwritten([...fresh, ...known]);
        this.unload();
        throw error;
      },
    );
    this.writing = written.catch(() => undefined);
    // It holds up the next write, but nobody who waits for this one; what is wrong with the table is told by that.
    written.then(() => messages.optimiseIfWorth()).catch(() => undefined);
    return written;
  }

  private forgetUnwritten(messages: readonly IndexedMessage[]): void {
    for (const message of messages)
      if (this.unwritten.get(message.id) === message) this.unwritten.delete(message.id);
  }

  private load(): Promise<Loaded> {
    this.loading ??= this.read().catch((error: unknown) => {
      this.loading = undefined;
      throw error;
    });
    return this.loading;
  }

  private unload(): void {
    this.loading = undefined;
  }

  private async read(): Promise<Loaded> {
    const { messages } = this.database;
    const partial = (await messages.count()) > this.limit;
    const postings = new MessagePostings();
    const turns = new Turns();
    const where = partial ? `time >= ${await this.earliestSearched()}` : undefined;
    for await (const batch of messages.batches(columns, where)) {
      for (const message of messagesOf(batch)) {
        postings.add(message);
        await turns.pause();
      }
    }
    const loaded = { postings, ranker: new MessageRanker(postings), partial };
    await this.addImports(loaded);
    for (const message of this.unwritten.values()) postings.add(message);
    return loaded;
  }

  /** Time of the oldest message that is searched, ms. */
  private async earliestSearched(): Promise<number> {
    const times: number[] = [];
    for await (const batch of this.database.messages.batches(['time']))
      for (const time of batch.getChild('time') ?? []) times.push(Number(time));
    return Float64Array.from(times).sort().at(-this.limit) ?? Number.NEGATIVE_INFINITY;
  }

  /** What was imported and is no longer in the table: it was made anew. */
  private async addImports(loaded: Loaded): Promise<void> {
    for (const path of await listImports(this.store)) {
      const last = messageSchema.safeParse(await lastOfImport(path));
      // Imports are added in their order: with the last message all others are there.
      if (!last.success || (await this.isStored(last.data.id))) continue;
      let batch: RecallMessage[] = [];
      for await (const line of readImport(path)) {
        const message = messageSchema.safeParse(line);
        if (message.success) batch.push(message.data);
        if (batch.length < importBatch) continue;
        await this.add(loaded, batch);
        batch = [];
      }
      await this.add(loaded, batch);
    }
  }

  private async isStored(id: string): Promise<boolean> {
    return this.unwritten.has(id) || (await this.database.messages.count(`id = ${quote(id)}`)) > 0;
  }

  private async withMessages(
    ranked: readonly { readonly id: string; readonly score: number }[],
  ): Promise<RecallHit[]> {
    const texts = new Map<string, RecallMessage>();
    // Those just written are in both: the ones in memory are newer.
    const unwritten = new Map(ranked.map(({ id }) => [id, this.unwritten.get(id)]));
    const stored = ranked.filter(({ id }) => !unwritten.get(id)).map(({ id }) => id);
    if (stored.length > 0) {
      const rows = await this.database.messages.rows(
        columns.filter((column) => column !== 'dates' && column !== 'cues'),
        isOneOf('id', stored),
      );
      for (const row of rows) {
        const message = row as unknown as RecallMessage;
        texts.set(message.id, message);
      }
    }
    return ranked.flatMap(({ id, score }) => {
      const message = unwritten.get(id) ?? texts.get(id);
      if (!message) return [];
      const { session, seq, time, role, name, text } = message;
      const named = name ? { name } : {};
      return [{ id, session, seq, time, role, ...named, text, score: Math.round(score * 1000) / 1000 }];
    });
  }
}

/** Lets others have the thread when a slice of time is over. */
class Turns {
  private begun = performance.now();

  async pause(): Promise<void> {
    if (performance.now() - this.begun < sliceTime) return;
    await nextTurn();
    this.begun = performance.now();
  }
}

function indexedMessage(message: RecallMessage): IndexedMessage {
  const { text, time, role } = message;
  // A tool's output says nothing about itself, and its dates are those of other things.
  return role === 'tool'
    ? { ...message, dates: dateTerms('', time), cues: 0 }
    : { ...message, dates: dateTerms(text, time), cues: cuesOf(text) };
}

function rowOf({ id, session, seq, time, role, name = '', text, dates, cues }: IndexedMessage) {
  return { id, session, seq, time, role, name, text, dates: dates.join(' '), cues };
}

function* messagesOf(batch: RecordBatch): Generator<IndexedMessage> {
  const [id, session, seq, time, role, name, text, dates, cues] = columns.map((column) =>
    batch.getChild(column),
  );
  for (let i = 0; i < batch.numRows; i++) {
    yield {
      id: id?.get(i),
      session: session?.get(i),
      seq: seq?.get(i),
      time: time?.get(i),
      role: role?.get(i),
      name: name?.get(i),
      text: text?.get(i),
      dates: String(dates?.get(i)).split(' '),
      cues: cues?.get(i),
    };
  }
}

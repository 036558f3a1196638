import type { RecallHit, RecallMessage, RecallQuery, SearchPage } from '../engine/ports';
import { queryTokens } from './codeTokens';
import type { Database } from './Database';
import { messageTokens, smoothTokens } from './messageTokens';
import { paginate } from './paginate';
import { type RankedMessage, rankMessages, type Statistics } from './rankMessages';
import { isOneOf } from './sql';

/** Messages of the first stage, ranked again by their surroundings. */
const candidates = 200;
/** How far a message's surroundings reach on either side. */
const reach = 2;
/** Messages held in memory until they are worth an optimisation of the table. */
const maxRecent = 1000;
const minRecent = 100;
const recentShare = 0.1;
const batchRows = 500;

interface Placed {
  readonly id: string;
  readonly seq: number;
}

interface StoredMessage {
  readonly id: string;
  readonly session: string;
  readonly seq: number;
  readonly time: number;
  readonly role: RecallMessage['role'];
  readonly name: string;
  readonly text: string;
  readonly toks: string;
}

const columns = ['id', 'session', 'seq', 'time', 'role', 'name', 'text', 'toks'];

/** A message whose row is not in the full-text index yet. */
interface RecentMessage {
  readonly session: string;
  readonly seq: number;
  readonly time: number;
  /** Smoothed terms. */
  readonly terms: ReadonlySet<string>;
}

/**
 * Recall storage: every message, found by its own words and by those around it. The order of each session's messages, how
 * often terms occur, and the latest messages are kept in memory: LanceDB scores rows that are not in its index yet wrongly
 * when terms repeat in them, and getting them in costs too much for every message. All texts are in LanceDB.
 */
export class RecallIndex implements Statistics {
  private readonly sessions = new Map<string, Placed[]>();
  private readonly placedIds = new Set<string>();
  private readonly frequency = new Map<string, number>();
  private totalTokens = 0;
  private loading: Promise<void> | undefined;
  private appending: Promise<unknown> = Promise.resolve();
  private readonly recent = new Map<string, RecentMessage>();

  constructor(private readonly database: Database) {}

  get documents(): number {
    return this.placedIds.size;
  }

  get averageLength(): number {
    return this.totalTokens / Math.max(1, this.documents);
  }

  documentFrequency(term: string): number {
    return this.frequency.get(term) ?? 0;
  }

  /** Adds messages, replacing those with the same id: handing over everything again does no harm. */
  append(messages: readonly RecallMessage[]): Promise<void> {
    const result = this.appending.then(async () => {
      await this.load();
      for (let i = 0; i < messages.length; i += batchRows)
        await this.appendBatch(messages.slice(i, i + batchRows));
      await this.absorb();
    });
    // What was not written must not be counted as there: read everything again.
    this.appending = result.catch(() => this.unload());
    return result;
  }

  async search(query: RecallQuery, signal: AbortSignal): Promise<SearchPage<RecallHit>> {
    await this.load();
    const terms = queryTokens(query.text);
    const time = [
      ...(query.since === undefined ? [] : [`time >= ${Number(query.since)}`]),
      ...(query.until === undefined ? [] : [`time <= ${Number(query.until)}`]),
    ];
    const where = time.length > 0 ? time.join(' AND ') : undefined;
    const indexed = await this.database.messages.searchTerms({
      terms,
      columns: ['id', 'session', 'seq'],
      limit: candidates,
      where,
      indexedOnly: true,
    });
    signal.throwIfAborted();
    const hits = new Map<string, Pick<StoredMessage, 'session' | 'seq'>>(this.searchRecent(terms, query));
    for (const row of indexed as unknown as StoredMessage[]) hits.set(row.id, row);
    const surroundings = [...hits.values()].map((hit) => this.neighbours(hit.session, hit.seq));
    const texts = await this.read([
      ...new Set(surroundings.flat().flatMap((placed) => (placed ? [placed.id] : []))),
    ]);
    signal.throwIfAborted();
    const ranked = rankMessages(
      surroundings.map((window) => window.map((placed) => (placed ? texts.get(placed.id) : undefined))),
      query.text,
      terms,
      this,
    );
    return withMessages(paginate(ranked, query.page, query.pageSize), texts);
  }

  /** Sequence numbers of the messages stored of a session, ascending. */
  async seqs(session: string): Promise<number[]> {
    await this.appending;
    await this.load();
    return (this.sessions.get(session) ?? []).map((placed) => placed.seq);
  }

  /** The first stage over what is in memory: the messages that share most with the query. */
  private searchRecent(terms: readonly string[], { since, until }: RecallQuery): [string, RecentMessage][] {
    const scored: { readonly entry: [string, RecentMessage]; readonly score: number }[] = [];
    for (const entry of this.recent) {
      const [, message] = entry;
      if (since !== undefined && message.time < since) continue;
      if (until !== undefined && message.time > until) continue;
      let score = 0;
      for (const term of terms) if (message.terms.has(term)) score += 1 / (1 + this.documentFrequency(term));
      if (score > 0) scored.push({ entry, score });
    }
    scored.sort((a, b) => b.score - a.score);
    return scored.slice(0, candidates).map(({ entry }) => entry);
  }

  /** Lets the table's index have the recent messages once they are many. */
  private async absorb(): Promise<void> {
    if (this.recent.size < Math.min(maxRecent, Math.max(minRecent, this.documents * recentShare))) return;
    await this.database.messages.optimise();
    this.recent.clear();
  }

  private load(): Promise<void> {
    this.loading ??= this.readAll().catch((error: unknown) => {
      this.loading = undefined;
      throw error;
    });
    return this.loading;
  }

  private unload(): void {
    this.loading = undefined;
    this.sessions.clear();
    this.placedIds.clear();
    this.recent.clear();
    this.frequency.clear();
    this.totalTokens = 0;
  }

  private async readAll(): Promise<void> {
    // What an earlier process left unindexed is in no one's memory now.
    await this.database.messages.optimise();
    for await (const batch of this.database.messages.scan(['id', 'session', 'seq', 'toks'])) {
      for (const row of batch) {
        const { id, session, seq, toks } = row as unknown as StoredMessage;
        this.place({ id, session, seq }, toks);
      }
    }
  }

  /** Puts a message where it belongs in its session and counts its terms. */
  private place(message: { id: string; session: string; seq: number }, toks: string): void {
    if (this.placedIds.has(message.id)) return;
    this.placedIds.add(message.id);
    let order = this.sessions.get(message.session);
    if (!order) {
      order = [];
      this.sessions.set(message.session, order);
    }
    let at = order.length;
    while (at > 0 && (order[at - 1]?.seq ?? 0) > message.seq) at--;
    order.splice(at, 0, { id: message.id, seq: message.seq });
    const tokens = toks.split(' ');
    this.totalTokens += tokens.length;
    for (const term of new Set(tokens)) this.frequency.set(term, (this.frequency.get(term) ?? 0) + 1);
  }

  /** A message and `reach` others on either side, in order; undefined where the session has no more. */
  private neighbours(session: string, seq: number): (Placed | undefined)[] {
    const order = this.sessions.get(session) ?? [];
    const at = lowerBound(order, seq);
    return Array.from({ length: 2 * reach + 1 }, (_, i) => order[at - reach + i]);
  }

  private async read(ids: readonly string[]): Promise<Map<string, StoredMessage>> {
    const rows = await this.database.messages.rows(columns, isOneOf('id', ids));
    return new Map(
      rows.map((row) => {
        const { id, session, seq, time, role, name, text, toks } = row as unknown as StoredMessage;
        return [id, { id, session, seq, time, role, name, text, toks }];
      }),
    );
  }

  private async appendBatch(messages: readonly RecallMessage[]): Promise<void> {
    const fresh = new Map<string, StoredMessage>();
    for (const message of messages) {
      const toks = messageTokens(message).join(' ');
      const { id, session, seq, time, role, name = '', text } = message;
      fresh.set(id, { id, session, seq, time, role, name, text, toks });
      this.place(message, toks);
    }
    // Whoever stands near a new message is found by its words, too.
    const touched = new Map<string, (Placed | undefined)[]>();
    for (const message of fresh.values()) {
      for (const near of this.neighbours(message.session, message.seq)) {
        if (near) touched.set(near.id, this.neighbours(message.session, near.seq));
      }
    }
    const needed = [...touched.values()]
      .flat()
      .flatMap((placed) => (placed && !fresh.has(placed.id) ? [placed.id] : []));
    const stored = await this.read([...new Set(needed)]);
    const get = (placed: Placed | undefined) =>
      placed ? (fresh.get(placed.id) ?? stored.get(placed.id)) : undefined;
    const rows = [...touched].flatMap(([id, window]) => {
      const message = fresh.get(id) ?? stored.get(id);
      if (!message) return [];
      return [{ ...message, smooth: smoothTokens(window.map((placed) => get(placed)?.toks)) }];
    });
    await this.database.messages.upsert('id', rows);
    for (const { id, session, seq, time, smooth } of rows) {
      this.recent.set(id, { session, seq, time, terms: new Set(smooth.split(' ')) });
    }
  }
}

function lowerBound(order: readonly Placed[], seq: number): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((order[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

function withMessages(
  page: SearchPage<RankedMessage>,
  texts: ReadonlyMap<string, StoredMessage>,
): SearchPage<RecallHit> {
  const hits = page.hits.flatMap(({ id, score }) => {
    const message = texts.get(id);
    if (!message) return [];
    const { session, seq, time, role, name, text } = message;
    return [
      {
        id,
        session,
        seq,
        time,
        role,
        ...(name === '' ? {} : { name }),
        text,
        score: Math.round(score * 1000) / 1000,
      },
    ];
  });
  return { ...page, hits };
}

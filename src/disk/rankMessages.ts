/** Ranks old messages by their own words and by the best three-message window around them: docs/disk.md has the formula. */

/** What BM25 needs to know of all messages. */
export interface Statistics {
  readonly documents: number;
  /** Mean number of terms of a message. */
  readonly averageLength: number;
  documentFrequency(term: string): number;
}

export interface MessageText {
  readonly id: string;
  readonly session: string;
  readonly role: string;
  readonly name: string;
  readonly text: string;
  /** Space-separated terms. */
  readonly toks: string;
}

export interface RankedMessage {
  readonly id: string;
  readonly score: number;
}

const k1 = 0.9;
const b = 0.3;

const weights = {
  window: 3.5,
  own: 2.5,
  session: 2.25,
  previousQuestion: 1.7,
  speaker: 1,
  question: -0.65,
} as const;

/**
 * @param windows for each candidate the two messages before it, itself, and the two after
 * @param text the query as written
 * @param terms the query's distinct terms
 */
export function rankMessages(
  windows: readonly (readonly (MessageText | undefined)[])[],
  text: string,
  terms: readonly string[],
  statistics: Statistics,
): RankedMessage[] {
  const scorer = new Bm25(terms, statistics);
  const words = new Set(text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []);
  const scored = windows.flatMap((window) => {
    const middle = (window.length - 1) / 2;
    const message = window[middle];
    if (!message) return [];
    const previous = window[middle - 1];
    return [
      {
        message,
        own: scorer.score([message]),
        window: bestWindow(window, middle, scorer),
        previousQuestion: previous?.text.includes('?') ? scorer.score([previous]) : 0,
      },
    ];
  });
  const session = new Map<string, number>();
  for (const { message, own } of scored)
    session.set(message.session, Math.max(session.get(message.session) ?? 0, own));
  const largest = (values: readonly number[]) => values.reduce((a, c) => Math.max(a, c), 0) || 1;
  const maxWindow = largest(scored.map((one) => one.window));
  const maxOwn = largest(scored.map((one) => one.own));
  const maxSession = largest([...session.values()]);
  const maxPrevious = largest(scored.map((one) => one.previousQuestion));
  return scored
    .map(({ message, own, window, previousQuestion }) => ({
      id: message.id,
      score:
        (weights.window * window) / maxWindow +
        (weights.own * own) / maxOwn +
        (weights.session * (session.get(message.session) ?? 0)) / maxSession +
        (weights.previousQuestion * previousQuestion) / maxPrevious +
        (message.name !== '' && words.has(message.name.toLowerCase()) ? weights.speaker : 0) +
        (/\?\s*$/.test(message.text) ? weights.question : 0),
    }))
    .sort((x, y) => y.score - x.score || (x.id < y.id ? -1 : 1));
}

/** The best run of three messages that contains the one in the middle. */
function bestWindow(window: readonly (MessageText | undefined)[], middle: number, scorer: Bm25): number {
  let best = 0;
  for (let start = Math.max(0, middle - 2); start <= middle; start++) {
    const run = window.slice(start, start + 3).filter((message) => message !== undefined);
    best = Math.max(best, scorer.score(run));
  }
  return best;
}

/** BM25 of a few messages taken together. */
class Bm25 {
  private readonly idf: ReadonlyMap<string, number>;
  private readonly counts = new Map<
    string,
    { readonly length: number; readonly terms: ReadonlyMap<string, number> }
  >();

  constructor(
    terms: readonly string[],
    private readonly statistics: Statistics,
  ) {
    const { documents } = statistics;
    this.idf = new Map(
      terms.map((term) => {
        const frequency = statistics.documentFrequency(term);
        return [term, Math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5))];
      }),
    );
  }

  score(messages: readonly MessageText[]): number {
    const counted = messages.map((message) => this.count(message));
    const length = counted.reduce((sum, one) => sum + one.length, 0);
    const average = Math.max(1, this.statistics.averageLength * messages.length);
    let score = 0;
    for (const [term, idf] of this.idf) {
      const frequency = counted.reduce((sum, one) => sum + (one.terms.get(term) ?? 0), 0);
      if (frequency > 0)
        score += (idf * frequency * (k1 + 1)) / (frequency + k1 * (1 - b + (b * length) / average));
    }
    return score;
  }

  private count(message: MessageText) {
    let known = this.counts.get(message.id);
    if (!known) {
      const tokens = message.toks.split(' ');
      const terms = new Map<string, number>();
      for (const token of tokens) if (this.idf.has(token)) terms.set(token, (terms.get(token) ?? 0) + 1);
      known = { length: tokens.length, terms };
      this.counts.set(message.id, known);
    }
    return known;
  }
}

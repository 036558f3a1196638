/**
 * A session's opener (Packer et al. 2023, section 3.1.2): what was going on in the workspace, extracted from the stored
 * sessions. The same sessions give the same opener. What every session states is gone through newest first, one
 * statement a session at a time, so that a long last session does not crowd out the others.
 */
import { cutText } from './cutText';
import type { Note } from './events';
import type { SessionHistory, TokenCounter } from './ports';
import { digestSession, type SessionDigest } from './sessionDigest';
import { tagged } from './taggedText';

interface OpenerItem {
  readonly kind: 'open' | 'decision' | 'goal' | 'note';
  readonly text: string;
}

export interface Opener {
  /** When the last message was exchanged, ms since the epoch. */
  readonly lastAt: number;
  /** Sessions it is drawn from. */
  readonly sessions: number;
  /** What the person asked last. */
  readonly question: string;
  /** Open items, decisions, goals, notes; within a kind the latest first. */
  readonly items: readonly OpenerItem[];
}

/** A pause longer than this is a break, ms: a night, not a lunch. */
const BREAK_MS = 8 * 60 * 60 * 1000;
/** Own tokens of the items together. */
const OPENER_TOKENS = 200;
/** Messages that are gone through, of the latest sessions. */
const MAX_MESSAGES = 20_000;
const ITEM_CHARS = 160;
/** Candidates that are counted and weighed. */
const MAX_CANDIDATES = 120;
/** Share of the words of the shorter text that the other has too, from which both say the same. */
const SAME = 0.75;
const KINDS = ['open', 'decision', 'goal', 'note'] as const;

/**
 * @param session the one that is shown
 * @param now ms since the epoch
 * @returns what was going on, when the session is new or goes on after a break; undefined when there is nothing to tell
 * @throws JournalError
 */
export async function drawOpener(
  history: SessionHistory,
  counter: TokenCounter,
  session: string,
  now: number,
): Promise<Opener | undefined> {
  const shown = await digestSession(session, history.lineage(session));
  if (shown.lastAt > 0 && now - shown.lastAt <= BREAK_MS) return undefined;
  const digests = [shown];
  let { messages } = shown;
  for (const id of await history.sessions()) {
    if (messages >= MAX_MESSAGES) break;
    if (id === session) continue;
    const digest = await digestSession(id, history.events(id));
    digests.push(digest);
    messages += digest.messages;
  }
  return composeOpener(digests, counter);
}

/**
 * @param digests of sessions, the one shown first, the others in any order
 * @returns undefined when the sessions hold nothing to tell
 */
export async function composeOpener(
  digests: readonly SessionDigest[],
  counter: TokenCounter,
): Promise<Opener | undefined> {
  const sessions = digests.filter((digest) => digest.lastAt > 0).sort((a, b) => b.lastAt - a.lastAt);
  const [last] = sessions;
  if (!last) return undefined;
  // A new session has taken over the notes; the shown one comes first.
  const notes = digests[0]?.notes ?? [];
  const items = await fitting(distinct(candidates(sessions, notes)).slice(0, MAX_CANDIDATES), counter);
  const question = sessions.find((digest) => digest.question !== '')?.question ?? '';
  if (items.length === 0 && question === '') return undefined;
  return {
    lastAt: last.lastAt,
    sessions: sessions.length,
    question,
    items: KINDS.flatMap((kind) => items.filter((item) => item.kind === kind)),
  };
}

/** @returns the opener as Markdown, one line an item */
export function openerText(opener: Opener): string {
  const titles = { open: 'Still open', decision: 'Decided', goal: 'Working on', note: 'Notes' };
  const lists = KINDS.flatMap((kind) => {
    const texts = opener.items.filter((item) => item.kind === kind).map((item) => `- ${item.text}`);
    return texts.length === 0 ? [] : [[`${titles[kind]}:`, ...texts].join('\n')];
  });
  return [...(opener.question === '' ? [] : [`You asked last: ${opener.question}`]), ...lists].join('\n\n');
}

/** @returns the request for an opener in the model's own words */
export function openerPrompt(opener: Opener): string {
  return [
    'The person comes back after a break. Greet them with what was going on, in plain sentences or a short list:',
    'take up what is still open, what was decided and what is being built, in the words below, each on a line of its own.',
    'Call no functions, and add nothing that is not there.',
    tagged('before', openerText(opener)),
  ].join('\n');
}

/** In the order in which they are let in: kinds take turns, and so do the sessions within a kind. */
function candidates(sessions: readonly SessionDigest[], notes: readonly Note[]): OpenerItem[] {
  const queues = [
    openItems(sessions),
    byTurns(sessions, 'decision'),
    byTurns(sessions, 'goal'),
    notes.map((note): OpenerItem => ({ kind: 'note', text: note.text })),
  ];
  return takingTurns(queues).map(({ kind, text }) => ({ kind, text: oneLine(text) }));
}

/** An item that a later message reports as done is not open any more. */
function openItems(sessions: readonly SessionDigest[]): OpenerItem[] {
  const done = sessions.flatMap((session) =>
    session.done.map((item) => ({ ...item, words: wordsOf(item.text) })),
  );
  return takingTurns(
    sessions.map(({ statements }) =>
      statements
        .filter((item) => item.kind === 'open')
        .filter((item) => {
          const words = wordsOf(item.text);
          return !done.some((report) => report.at >= item.at && saysTheSame(report.words, words));
        })
        .reverse()
        .map(({ text }): OpenerItem => ({ kind: 'open', text })),
    ),
  );
}

function byTurns(sessions: readonly SessionDigest[], kind: 'decision' | 'goal'): OpenerItem[] {
  return takingTurns(
    sessions.map(({ statements }) =>
      statements
        .filter((item) => item.kind === kind)
        .reverse()
        .map(({ text }): OpenerItem => ({ kind, text })),
    ),
  );
}

function takingTurns<T>(queues: readonly (readonly T[])[]): T[] {
  const longest = queues.reduce((length, queue) => Math.max(length, queue.length), 0);
  return Array.from({ length: longest }, (_, turn) =>
    queues.flatMap((queue) => queue.slice(turn, turn + 1)),
  ).flat();
}

function distinct(items: readonly OpenerItem[]): OpenerItem[] {
  const kept: { readonly item: OpenerItem; readonly words: ReadonlySet<string> }[] = [];
  for (const item of items) {
    const words = wordsOf(item.text);
    if (words.size > 0 && !kept.some((other) => saysTheSame(other.words, words))) kept.push({ item, words });
  }
  return kept.map(({ item }) => item);
}

async function fitting(items: readonly OpenerItem[], counter: TokenCounter): Promise<OpenerItem[]> {
  const tokens = await counter.count(items.map((item) => `- ${item.text}\n`));
  let left = OPENER_TOKENS;
  return items.filter((_, index) => {
    const cost = tokens[index] ?? 0;
    if (cost > left) return false;
    left -= cost;
    return true;
  });
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= ITEM_CHARS ? line : `${cutText(line, ITEM_CHARS - 1)}…`;
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

function saysTheSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const [few, many] = a.size <= b.size ? [a, b] : [b, a];
  let common = 0;
  for (const word of few) if (many.has(word)) common++;
  // A few words alone ("the parser") say too little to be the same as anything longer.
  return few.size > 0 && common / few.size >= SAME && few.size * 3 >= many.size;
}

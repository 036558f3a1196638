/** What one stored session says about the work: its goal, decisions, open items, and how it ended. */
import { cutText } from './cutText';
import { findDecisions } from './decisions';
import type { EventOf, Note, SessionEvent } from './events';
import { planItems } from './openItems';
import { sentencesOf } from './sentences';
import { WorkingContext } from './WorkingContext';

interface Statement {
  readonly kind: 'goal' | 'open' | 'decision';
  readonly text: string;
  /** ms since the epoch */
  readonly at: number;
}

export interface SessionDigest {
  readonly session: string;
  readonly messages: number;
  /** Time of the last message, ms since the epoch; 0 when there is none. */
  readonly lastAt: number;
  /** The last thing the person asked; empty when there is none. */
  readonly question: string;
  /** Oldest first; each text once. */
  readonly statements: readonly Statement[];
  /** What was reported as done, oldest first. */
  readonly done: readonly { readonly text: string; readonly at: number }[];
  /** Pinned at the end. */
  readonly notes: readonly Note[];
}

/** A message is searched up to here, UTF-16 units: longer ones are pasted. */
const MESSAGE_CHARS = 20_000;
/** Latest statements and reports that are kept of one session. */
const KEPT = 60;

const GOAL = new RegExp(
  [
    "^(?:(?:hi|hello|hey|ok(?:ay)?|so|well|today)[,!.]? +)*(?:(?:i|we)(?:['’](?:m|re)| am| are)(?: now| currently)? (?:building|working on|writing|porting|migrating|implementing|developing|rewriting|refactoring|adding support|trying to (?!see|find|understand)))",
    '^(?:the|our|my) (?:goal|aim|project|app|product|plan) (?:is|will be|should be) (?!(?:not|broken|slow|failing|open|stuck)\\b)',
    '^this (?:project|app|repository|repo|service|library) is (?:an?|the|called|named) ',
    '^(?:i|we) want to (?:build|write|port|migrate|ship|release|support|replace|move)\\b',
    '^goal *: *\\S',
  ].join('|'),
  'iu',
);

/** Folds the durable events of one session, oldest first. */
export async function digestSession(
  session: string,
  events: AsyncIterable<SessionEvent>,
): Promise<SessionDigest> {
  const notes = new WorkingContext(() => Number.POSITIVE_INFINITY);
  const statements = new Map<string, Statement>();
  let done: { text: string; at: number }[] = [];
  let messages = 0;
  let lastAt = 0;
  let question = '';
  let kept: EventOf<'plan.changed'> | undefined;
  const state = (kind: Statement['kind'], texts: readonly string[], at: number) => {
    for (const text of texts) {
      // Said again: it moves to the end.
      statements.delete(text);
      statements.set(text, { kind, text, at });
      const [oldest] = statements.keys();
      if (statements.size > KEPT && oldest !== undefined) statements.delete(oldest);
    }
  };
  for await (const event of events) {
    // A sub-agent's task is no question of the person's, and its result is in the session that asked for it.
    if (event.type === 'session.forked' && event.kind === 'process') break;
    notes.apply(event, 0);
    if (event.type === 'plan.changed') kept = event;
    if (event.type !== 'message.user' && event.type !== 'message.assistant') continue;
    messages++;
    lastAt = event.at;
    const text = event.text.slice(0, MESSAGE_CHARS);
    if (event.type === 'message.user') question = cutText(text.trim(), 200);
    // What a file from anywhere states is no statement of the person's, nor a decision made here.
    if (event.imported) continue;
    if (event.type === 'message.user') state('goal', findGoals(text), event.at);
    const plan = planItems(text);
    state('open', plan.open, event.at);
    state('decision', findDecisions(text), event.at);
    done = [...done, ...plan.done.map((item) => ({ text: item, at: event.at }))].slice(-KEPT);
  }
  if (kept) {
    const { items, at } = kept;
    state(
      'open',
      items.filter((item) => item.state !== 'done').map(({ text }) => text),
      at,
    );
    done.push(...items.filter((item) => item.state === 'done').map(({ text }) => ({ text, at })));
  }
  return {
    session,
    messages,
    lastAt,
    question,
    statements: [...statements.values()],
    done,
    notes: notes.list(),
  };
}

function findGoals(text: string): readonly string[] {
  return sentencesOf(text)
    .filter(({ text: sentence, masked }) => GOAL.test(masked) && !sentence.endsWith('?'))
    .map((sentence) => sentence.text);
}

/** Callers that are told facts and asked for them long after (the task is `deepRecallTask`). */
import { KEEP_IN_VIEW } from '../../../../src/cli/eval/tasks/deepRecall';
import type { ChatRequest, PolicyReply } from '../../../support/modelServer/chatProtocol';
import { currentTurn, offers, windowText } from './conversation';

const SEARCH = 'recall_search';
/** Calls after which even a diligent caller gives up. */
const MAX_CALLS = 6;
const UNKNOWN = 'I do not know.';

/** Pins what the person wants kept in view, and otherwise only listens. */
export function listen(request: ChatRequest): PolicyReply {
  const { question, calls } = currentTurn(request);
  const wishes = sentencesOf(question).flatMap((sentence) => sentence.split(`${KEEP_IN_VIEW} `).slice(1));
  if (wishes.length > calls.length && offers(request, 'pin_note')) {
    return { calls: wishes.map((text) => ({ name: 'pin_note', arguments: { text } })) };
  }
  return { text: 'I see.' };
}

/**
 * Answers with the sentences of the window that are about what is asked and have a value of the wanted kind; until there
 * is one it searches: with the question, with the name alone, further pages.
 */
export function diligentRecaller(request: ChatRequest): PolicyReply {
  const { question, calls } = currentTurn(request);
  const name = nameIn(question);
  const answer = sentencesOf(windowText(request))
    .filter((sentence) => tells(sentence, question) && sentence.includes(name))
    .filter((sentence) => wantedValue(question).test(sentence.replaceAll(name, '')))
    .join(' ');
  if (answer !== '') return { text: answer };
  const queries = [
    { query: question },
    { query: name },
    { query: name, page: 2 },
    { query: question, page: 2 },
  ];
  const next = queries[calls.length];
  if (!next || calls.length >= MAX_CALLS || !offers(request, SEARCH)) return { text: UNKNOWN };
  return { calls: [{ name: SEARCH, arguments: next }] };
}

/** Searches once, and answers with the first sentence that names what is asked about, whatever it says. */
export function lazyRecaller(request: ChatRequest): PolicyReply {
  const { question, calls } = currentTurn(request);
  const name = nameIn(question);
  const first = sentencesOf(windowText(request)).find(
    (sentence) => tells(sentence, question) && sentence.includes(name),
  );
  if (first !== undefined) return { text: first };
  if (calls.length > 0 || !offers(request, SEARCH)) return { text: UNKNOWN };
  return { calls: [{ name: SEARCH, arguments: { query: question } }] };
}

/** @returns whether a text has a sentence that answers: it names the entity and has the value */
export function hasFact(text: string, entity: string, value: string): boolean {
  return sentencesOf(text).some((sentence) => sentence.includes(entity) && sentence.includes(value));
}

/** Statements, not questions, and not the person's question itself. */
function tells(sentence: string, question: string): boolean {
  return !sentence.endsWith('?') && !sentence.includes(question);
}

function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.?!…])\s+|\n+/).map((sentence) => sentence.trim());
}

/** Words that questions are made of; what else a question has is the name of what it is about. */
const QUESTION_WORDS = new Set(
  (
    'a at backup behind can cost database date does first for has holds how in is long of office on one person port reach ' +
    'released responsible run runs stores team the timeout to was what when which who'
  ).split(' '),
);

function nameIn(question: string): string {
  const words = question.match(/\p{L}+/gu) ?? [];
  return words.filter((word) => !QUESTION_WORDS.has(word.toLowerCase())).join(' ');
}

/** What an answer to a question looks like. */
function wantedValue(question: string): RegExp {
  const kinds: readonly [RegExp, RegExp][] = [
    [/\bport\b/, /\b\d{4,5}\b/],
    [/^Who\b/, /\p{Lu}\p{L}+ \p{Lu}\p{L}+/u],
    [/\bdatabase\b/, /\p{Lu}\p{L}+ \d+\.\d/u],
    [/^How long\b/, /\b\d+ seconds\b/],
    [/^When\b/, /\b\d\d:\d\d\b/],
    [/\bcost\b/, /\b\d+ euros\b/],
    [/\bdate\b/, /\b\d{4}-\d\d-\d\d\b/],
    [/\boffice\b/, / in \p{Lu}\p{L}+/u],
  ];
  return kinds.find(([asks]) => asks.test(question))?.[1] ?? /./;
}

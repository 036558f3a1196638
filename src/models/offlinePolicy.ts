/**
 * What the offline model does next: a pure function of the request. It looks things up with the same functions as any
 * model and then quotes what it found; it writes nothing of its own.
 */
import type { ChatMessage } from '../engine/chat';
import type { ModelRequest } from '../engine/ports';
import { type FoundRange, grepHits, recalledMessages, searchHits, shownLines } from './functionResults';
import { keywords, tellingWords } from './keywords';
import {
  foundAnswer,
  listingAnswer,
  noQuestionAnswer,
  openerAnswer,
  pinAnswer,
  recallAnswer,
} from './offlineAnswer';

interface PlannedCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export type Decision = { readonly calls: readonly PlannedCall[] } | { readonly answer: string };

/** A call the model made and what it was answered. */
interface Exchange {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly result: string;
}

const PAGES_READ = 3;
/** Lines read around a line that grep found. */
const GREP_CONTEXT_LINES = 12;
/** A search hit may be a whole class; more than this is not quoted anyway. */
const LONGEST_READ_LINES = 120;
const LONGEST_QUERY_CHARS = 400;

const PIN =
  /^\s*(?:please\s+|(?:can|could|would) you\s+(?:please\s+)?)?(?:remember|pin(?! down)|memori[sz]e|keep in mind)\b(?:\s+(?:that|this|the following))?\s*[:,–-]?\s*(\S.*)$/is;
const RECALL =
  /\b(earlier|remind me|(?:do|did) (?:you|I|we) (?:remember|say|mention|decide|agree|tell|ask)|what (?:have|had) (?:I|we|you) |(?:I|we|you) (?:said|told|decided|agreed|mentioned|discussed|talked)|last (?:time|session))\b/i;
const RECALL_WORDS = new Set(
  'agree agreed ask asked before decide decided discussed earlier last mention mentioned remember remind said session talked time told'.split(
    ' ',
  ),
);

/** @returns the functions to call next, or the answer */
export function decide(request: ModelRequest): Decision {
  const start = request.messages.findLastIndex(isQuestion);
  const opener = request.messages.slice(start + 1).findLast(isOpener);
  if (opener) return { answer: openerAnswer(opener.content) };
  const question = request.messages[start];
  if (!question) return { answer: noQuestionAnswer() };
  const done = exchanges(request.messages.slice(start + 1));
  const offered = new Set(request.functions.map((schema) => schema.name));
  const text = question.content.trim();
  const note = /\?\s*$/.test(text) ? undefined : PIN.exec(text)?.[1]?.trim();
  if (note && offered.has('pin_note')) return pin(note, done);
  if (RECALL.test(text) && offered.has('recall_search')) return recall(text, done);
  return lookUp(text, done, offered, request);
}

function pin(note: string, done: readonly Exchange[]): Decision {
  const pinned = done.find(({ name }) => name === 'pin_note');
  return pinned ? { answer: pinAnswer(note, pinned.result) } : { calls: [call('pin_note', { text: note })] };
}

function recall(question: string, done: readonly Exchange[]): Decision {
  const recalled = done.find(({ name }) => name === 'recall_search');
  if (!recalled) return { calls: [call('recall_search', { query: recallQuery(question) })] };
  // The question itself is in recall storage already and is its own best match.
  const messages = recalledMessages(recalled.result).filter(
    ({ text }) => !text.includes(question.slice(0, 60)),
  );
  return { answer: recallAnswer(messages) };
}

/** What the question is about, without the words that only say that it was said. */
function recallQuery(question: string): string {
  const topic = keywords(question).filter((word) => !RECALL_WORDS.has(word));
  return (topic.length > 0 ? topic.join(' ') : question).slice(0, LONGEST_QUERY_CHARS);
}

function lookUp(
  question: string,
  done: readonly Exchange[],
  offered: ReadonlySet<string>,
  request: ModelRequest,
): Decision {
  const last = (name: string) => done.findLast((exchange) => exchange.name === name);
  const found = pagesFound(done);
  if (last('read_file') || (found.length > 0 && !offered.has('read_file'))) {
    return { answer: foundAnswer(question, found, linesInView(request.messages), request.maxOutputTokens) };
  }
  if (found.length > 0) return { calls: found.map((page) => call('read_file', { ...page })) };
  if (!last('search_workspace') && offered.has('search_workspace') && question !== '') {
    return { calls: [call('search_workspace', { query: question.slice(0, LONGEST_QUERY_CHARS) })] };
  }
  const words = tellingWords(question);
  if (!last('grep') && offered.has('grep') && words.length > 0) {
    return { calls: [call('grep', { pattern: `(?i)${words.map(escapeRegExp).join('|')}` })] };
  }
  const listing = last('list_directory');
  if (!listing && offered.has('list_directory')) return { calls: [call('list_directory', { path: '.' })] };
  return { answer: listingAnswer(listing?.result) };
}

/** The best pages of the newest look-up, at most three, none overlapping another; of earlier reads when that is evicted. */
function pagesFound(done: readonly Exchange[]): FoundRange[] {
  const search = done.find(({ name }) => name === 'search_workspace');
  const grep = done.find(({ name }) => name === 'grep');
  let ranges = search ? searchHits(search.result) : [];
  if (ranges.length === 0 && grep) ranges = grepHits(grep.result).map(widened);
  if (ranges.length === 0)
    ranges = done.filter(({ name }) => name === 'read_file').map(({ arguments: args }) => rangeRead(args));
  const pages: FoundRange[] = [];
  for (const range of ranges) {
    const page = { ...range, endLine: Math.min(range.endLine, range.startLine + LONGEST_READ_LINES - 1) };
    if (pages.length < PAGES_READ && !pages.some((other) => overlap(page, other))) pages.push(page);
  }
  return pages;
}

function widened({ path, startLine, endLine }: FoundRange): FoundRange {
  return {
    path,
    startLine: Math.max(1, startLine - GREP_CONTEXT_LINES),
    endLine: endLine + GREP_CONTEXT_LINES,
  };
}

function rangeRead(args: Readonly<Record<string, unknown>>): FoundRange {
  const startLine = typeof args.startLine === 'number' ? args.startLine : 1;
  const endLine = typeof args.endLine === 'number' ? args.endLine : startLine + LONGEST_READ_LINES - 1;
  return { path: String(args.path ?? ''), startLine, endLine };
}

function overlap(a: FoundRange, b: FoundRange): boolean {
  return a.path === b.path && a.startLine <= b.endLine && b.startLine <= a.endLine;
}

/** Every file line that a result or the engine's own message shows: a resident page is not shown twice. By workspace path. */
function linesInView(messages: readonly ChatMessage[]): (path: string) => ReadonlyMap<number, string> {
  const files = new Map<string, Map<number, string>>();
  for (const message of messages) {
    if (message.role === 'assistant' || isQuestion(message)) continue;
    for (const { addressPath, lines } of shownLines(message.content)) {
      // With one workspace folder, workspace paths leave out its name.
      for (const path of [addressPath, addressPath.slice(addressPath.indexOf('/') + 1)]) {
        const known = files.get(path) ?? new Map<number, string>();
        for (const [number, text] of lines) known.set(number, text);
        files.set(path, known);
      }
    }
  }
  return (path) => files.get(path) ?? new Map();
}

function exchanges(messages: readonly ChatMessage[]): Exchange[] {
  const results = new Map<string, string>();
  for (const message of messages)
    if (message.role === 'tool') results.set(message.callId, withoutAddress(message.content));
  return messages.flatMap((message) =>
    message.role === 'assistant'
      ? (message.toolCalls ?? []).map(({ id, name, arguments: text }) => ({
          name,
          arguments: parsed(text),
          result: results.get(id) ?? '',
        }))
      : [],
  );
}

/** Without the line with which the engine names each result. */
function withoutAddress(result: string): string {
  return result.replace(/^\[tool:[^\n]*\]\n/, '');
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The engine's own messages (interrupts, summary and stubs) also come in the person's role. */
function isQuestion(message: ChatMessage): boolean {
  return message.role === 'user' && !/^<(interrupt|summary|memory|evicted|recalled)\b/.test(message.content);
}

function isOpener(message: ChatMessage): boolean {
  return message.role === 'user' && message.content.startsWith('<interrupt kind="opener">');
}

function call(name: string, args: Readonly<Record<string, unknown>>): PlannedCall {
  return { name, arguments: args };
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

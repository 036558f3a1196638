/** Callers that look for the document that has some words, to say the one that was left out (the task is `documentPrompt`). */
import { BLANK } from '../../../../src/cli/eval/tasks/documentQa';
import { grepHits, searchHits } from '../../../../src/models/functionResults';
import type { ChatRequest, PolicyReply } from '../../../support/modelServer/chatProtocol';
import { currentTurn, offers, windowText } from './conversation';

const SEARCH = 'search_workspace';
const READ = 'read_file';
const GREP = 'grep';
/** What quotes lines of files without showing the files: results of searches, hints. */
const QUOTED = /; read_file shows the lines$|^\d+ match(es)? in \d+ file|^<interrupt kind="hint"/m;
/** Address of a page of a file, in the window or evicted from it. */
const SHOWN_FILE = /file:[^/\s]+\/([^\s#]+)#L/g;
/** Pages of hits that a diligent caller looks through. */
const MAX_PAGES = 2;
const MAX_WORD = 40;
const UNKNOWN = 'I do not know.';

/**
 * Reads what the search finds, one document after the other, until the words are there; then further pages, then what
 * has the exact text. What a result quotes is not enough for it.
 */
export function diligentReader(request: ChatRequest): PolicyReply {
  const { question, calls } = currentTurn(request);
  const messages = request.messages.filter(({ content }) => !QUOTED.test(content ?? ''));
  const word = missingWord({ ...request, messages }, question);
  if (word !== undefined) return { text: word };
  if (!offers(request, SEARCH) || !offers(request, READ)) return { text: UNKNOWN };
  const read = new Set(calls.filter((call) => call.name === READ).map((call) => String(call.arguments.path)));
  const searches = calls.filter((call) => call.name === SEARCH);
  const greps = calls.filter((call) => call.name === GREP);
  const found = [
    ...greps.flatMap((call) => grepHits(call.result)),
    ...searches.flatMap((call) => searchHits(call.result)),
  ];
  // What was evicted while it searched has left its address.
  const seen = new Set([...windowText(request).matchAll(SHOWN_FILE)].map(([, path = '']) => path));
  const unread = found.filter(({ path }) => !read.has(path));
  const next = unread.find(({ path }) => !seen.has(path)) ?? (greps.length > 0 ? unread[0] : undefined);
  if (next) return { calls: [{ name: READ, arguments: { path: next.path } }] };
  const more = searches.length === 0 || searchHits(searches.at(-1)?.result ?? '').length > 0;
  if (more && searches.length < MAX_PAGES) return search(question, searches.length + 1);
  return greps.length > 0 || !offers(request, GREP) ? { text: UNKNOWN } : grep(question);
}

/** Takes the first word that could stand there, also from what a search result quotes, and reads the first hit only. */
export function lazyReader(request: ChatRequest): PolicyReply {
  const { question, calls } = currentTurn(request);
  const word = missingWord(request, question);
  if (word !== undefined) return { text: word };
  if (!offers(request, SEARCH) || !offers(request, READ)) return { text: UNKNOWN };
  if (calls.length === 0) return search(question, 1);
  const [hit] = searchHits(calls[0]?.result ?? '');
  if (!hit || calls.length > 1) return { text: UNKNOWN };
  return { calls: [{ name: READ, arguments: { path: hit.path } }] };
}

/** What the search is asked: the sentence without the blank. @param prompt what the person asked */
export function sentenceQuery(prompt: string): string {
  return wordsShown(prompt).replace(BLANK, ' ');
}

/** @returns the texts of the window as they were before lines were numbered, each on one line */
export function plainWindow(request: ChatRequest): string[] {
  return request.messages.map((message) =>
    (message.content ?? '').replace(/^ *\d+\t/gm, '').replace(/\s+/g, ' '),
  );
}

function search(prompt: string, page: number): PolicyReply {
  const query = { query: sentenceQuery(prompt), glob: `${folderOf(prompt)}/**` };
  return { calls: [{ name: SEARCH, arguments: page === 1 ? query : { ...query, page } }] };
}

/** Looks for the longer side of the words as they stand on one line. */
function grep(prompt: string): PolicyReply {
  const sides = wordsShown(prompt)
    .split(BLANK)
    .map((side) => side.trim());
  const longest = sides.sort((a, b) => b.length - a.length)[0] ?? '';
  const pattern = longest.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return { calls: [{ name: GREP, arguments: { pattern, glob: `${folderOf(prompt)}/**` } }] };
}

function wordsShown(prompt: string): string {
  return prompt.split('\n').at(-1) ?? '';
}

function folderOf(prompt: string): string {
  return /The folder (\S+) holds/.exec(prompt)?.[1] ?? '.';
}

/** The word between what the sentence has before and after the blank. */
function missingWord(request: ChatRequest, prompt: string): string | undefined {
  const [before = '', after = ''] = wordsShown(prompt).split(BLANK);
  for (const text of plainWindow(request)) {
    for (let at = text.indexOf(before); at >= 0 && at < text.length; at = text.indexOf(before, at + 1)) {
      const rest = text.slice(at + before.length, at + before.length + MAX_WORD + after.length);
      const word = /^\p{L}+/u.exec(rest)?.[0];
      if (word !== undefined && rest.startsWith(after, word.length)) return word;
    }
  }
  return undefined;
}

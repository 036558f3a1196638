/** Callers that follow keys to their last value (the task's prompt is `kvPrompt`). */
import type { KeyValue } from '../../../../src/cli/eval/tasks/nestedKv';
import type { ChatRequest, PolicyReply } from '../../../support/modelServer/chatProtocol';
import { currentTurn, type MadeCall, offers, windowText } from './conversation';

const SEARCH = 'archival_search';
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const PAIR = new RegExp(`key (${UUID}) has value (${UUID})`, 'g');
/** Pages of one search that are looked through for a key. */
const MAX_PAGES = 4;

/** @returns every pair that a text shows, as often as it does */
export function pairsIn(text: string): KeyValue[] {
  return [...text.matchAll(PAIR)].map(([, key = '', value = '']) => ({ key, value }));
}

/**
 * Follows what is in the window, looks each further value up, page by page, and answers when a value is found to be no
 * key. Without the function it answers from the window alone.
 */
export const diligentKeyValue = (request: ChatRequest): PolicyReply => {
  const { key, calls } = asked(request);
  const value = follow(key, pairsIn(windowText(request)));
  if (!offers(request, SEARCH)) return { text: value };
  const searches = calls.filter((call) => call.arguments.query === value);
  const last = searches.at(-1);
  if (!last) return search(value);
  const [, page, pages] = /page (\d+) of (\d+)/.exec(last.result) ?? [];
  const mentioned = last.result.includes(value) || pairsIn(last.result).length === 0;
  if (!mentioned && Number(page) < Math.min(Number(pages), MAX_PAGES)) return search(value, Number(page) + 1);
  return { text: value };
};

/** Takes the first pair of a result for what it looked for, searches each value once, and stops at the first that leads nowhere. */
export function lazyKeyValue(request: ChatRequest): PolicyReply {
  const { key, calls } = asked(request);
  const told = request.messages.filter(({ role }) => role !== 'tool').map(({ content }) => content ?? '');
  const found = calls.flatMap((call) => pairsIn(call.result).slice(0, 1));
  const value = follow(key, [...pairsIn(told.join('\n')), ...found]);
  const searched = calls.some((call) => call.arguments.query === value);
  return searched || !offers(request, SEARCH) ? { text: value } : search(value);
}

function asked(request: ChatRequest): { readonly key: string; readonly calls: readonly MadeCall[] } {
  const { question, calls } = currentTurn(request);
  const key = new RegExp(`(${UUID})\\s*$`).exec(question)?.[1] ?? '';
  return { key, calls: calls.filter((call) => call.name === SEARCH) };
}

function follow(key: string, shown: readonly KeyValue[]): string {
  const pairs = new Map(shown.map((pair) => [pair.key, pair.value]));
  let value = key;
  for (let next = pairs.get(value); next !== undefined; next = pairs.get(value)) value = next;
  return value;
}

function search(query: string, page?: number) {
  return {
    calls: [{ name: SEARCH, arguments: page === undefined ? { query } : { query, page } }],
  };
}

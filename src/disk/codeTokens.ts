/**
 * Search terms of code and of questions about code. One identifier gives its whole form and the stems of its parts:
 * `flushQueue2` → `flushqueue2 flush queue 2`. The same function makes the terms of pages and of queries.
 */
import { stemmer } from 'stemmer';

/** Runs of letters, digits and underscores; everything else separates. */
const word = /[\p{L}\p{N}_$]+/gu;
/** Parts of an identifier: acronyms (`HTTP` of `HTTPServer`), capitalised or lower-case words, digits. */
const part = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}\p{M}]+|\p{N}+|\p{Lu}/gu;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const simple = /^[a-z]+$/;

/** Longer words are data (base64, hashes), not names. */
const maxWord = 64;

const stems = new Map<string, string>();

/** Porter stem of a lower-case word, remembered: source code repeats itself. */
function stem(text: string): string {
  if (text.length < 4 || !simple.test(text)) return text;
  let known = stems.get(text);
  if (known === undefined) {
    if (stems.size > 100_000) stems.clear();
    known = stemmer(text);
    stems.set(text, known);
  }
  return known;
}

/** Neighbouring pairs of characters: scripts written without spaces have no words to split at. */
function pairs(text: string): string[] {
  const characters = [...text];
  if (characters.length < 3) return [text];
  return characters.slice(1).map((character, i) => `${characters[i]}${character}`);
}

/**
 * @param text any text
 * @returns its terms in order, repeated as often as they occur; none contains white space
 */
export function codeTokens(text: string): string[] {
  const tokens: string[] = [];
  for (const [raw] of text.matchAll(word)) {
    if (unspaced.test(raw)) {
      tokens.push(...pairs(raw.slice(0, 4096).toLowerCase()));
      continue;
    }
    if (raw.length > maxWord) continue;
    if (simple.test(raw)) {
      if (raw.length > 1) tokens.push(stem(raw));
      continue;
    }
    const parts = raw.match(part) ?? [];
    if (parts.length > 1) tokens.push(raw.toLowerCase());
    for (const piece of parts) {
      if (piece.length > 1 || parts.length === 1) tokens.push(stem(piece.toLowerCase()));
    }
  }
  return tokens;
}

/** What a page is found by. */
export interface TokenSource {
  readonly path: string;
  readonly text: string;
  /** Enclosing and defined symbols. */
  readonly symbols: readonly string[];
}

/** Terms kept of one page: a one-line file of megabytes must not become one giant row of the index. */
const maxPageTokens = 6000;

/** @returns the terms of a page, those of its path and symbols added twice */
export function pageTokens(source: TokenSource): string[] {
  const head = [...codeTokens(source.path), ...codeTokens(source.symbols.join(' '))];
  const body = codeTokens(source.text);
  if (body.length > maxPageTokens) body.length = maxPageTokens;
  return [...head, ...head, ...body];
}

const stopWords = new Set(
  (
    'a an and are as at be been being but by can could did do does doing for from had has have how i if in into is it ' +
    'its me my of on or our please shall should so some such than that the their them then there these they this those ' +
    'to too us was we were what when where which while who whom why will with would you your'
  ).split(' '),
);

/** @returns whether a term carries no meaning in an English question */
export function isStopWord(token: string): boolean {
  return stopWords.has(token);
}

/** @returns the distinct terms of a query, without words that every text has; all of them if nothing else is left */
export function queryTokens(text: string): string[] {
  const all = [...new Set(codeTokens(text))];
  const telling = all.filter((token) => !isStopWord(token));
  return (telling.length > 0 ? telling : all).slice(0, 256);
}

/**
 * Search terms of code and of questions about code. One identifier gives its whole form and the stems of its parts:
 * `flushQueue2` → `flushqueue2 flush queue 2`. The same function makes the terms of pages and of queries.
 */
import { stemmer } from 'stemmer';
import type { ByteBuffer } from './ByteBuffer';
import { forEachWord } from './forEachWord';
import { WordTerms } from './WordTerms';

/** Parts of an identifier: acronyms (`HTTP` of `HTTPServer`), capitalised or lower-case words, digits. */
const part = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}\p{M}]+|\p{N}+|\p{Lu}/gu;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const simple = /^[a-z]+$/;

/** Longer words are data (base64, hashes), not names. */
const maxWord = 64;

/** Porter stem of a lower-case word. */
function stem(text: string): string {
  return text.length < 4 || !simple.test(text) ? text : stemmer(text);
}

/** Neighbouring pairs of characters: scripts written without spaces have no words to split at. */
function pairs(text: string): string[] {
  const characters = [...text];
  if (characters.length < 3) return [text];
  return characters.slice(1).map((character, i) => `${characters[i]}${character}`);
}

/** The terms of one word; more than one of an identifier with parts. */
function termsOf(raw: string): readonly string[] {
  if (unspaced.test(raw)) return pairs(raw.slice(0, 4096).toLowerCase());
  if (raw.length > maxWord) return [];
  if (simple.test(raw)) return raw.length > 1 ? [stem(raw)] : [];
  const parts = raw.match(part) ?? [];
  const terms = parts.length > 1 ? [raw.toLowerCase()] : [];
  for (const piece of parts) {
    if (piece.length > 1 || parts.length === 1) terms.push(stem(piece.toLowerCase()));
  }
  return terms;
}

const memory = new WordTerms(termsOf);

/**
 * @param text any text
 * @returns its terms in order, repeated as often as they occur; none contains white space
 */
export function codeTokens(text: string): string[] {
  const tokens: string[] = [];
  forEachWord(text, (start, end, hash, units) => {
    for (const term of memory.termsOfWord(memory.find(units, start, end, hash))) tokens.push(term);
    return true;
  });
  return tokens;
}

/** Terms kept of one page: a one-line file of megabytes must not become one giant row of the index. */
const maxPageTokens = 6000;

/** Appends the terms of a text, as `codeTokens` gives them, each with a space before it; what is too much is left out. */
export function writeTerms(text: string, into: ByteBuffer): void {
  let left = maxPageTokens;
  forEachWord(text, (start, end, hash, units) => {
    const word = memory.find(units, start, end, hash);
    memory.write(word, into);
    left -= memory.termsOfWord(word).length;
    return left > 0;
  });
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

/**
 * Search terms of messages: of talk and of tool output alike, so that one question finds both. Plain words give their
 * Snowball (Porter 2) stems, irregular forms first brought to their base; identifiers give what `codeTokens` gives.
 */
import { stem } from 'porter2';
import { codeTokens } from '../codeTokens';
import { irregularForms } from './irregularForms';

/** Runs of letters, digits and underscores, apostrophes inside. */
const word = /[\p{L}\p{N}_$]+(?:['’]\p{L}+)*/gu;
const plain = /^\p{Lu}?\p{Ll}+$/u;
const contracted = /(?:n't|'(?:s|m|re|ve|ll|d))$/;
const gramLength = 4;

/** Words of the commonest kind only: in talk even `like` and `new` tell something. */
const stopWords = new Set(
  (
    'a an and am are as at be been being but by can could did do does doing don doesn didn for from had has have having he ' +
    'her hers him his how i if in into is isn it its me my of on or our ours she should so than that the their theirs ' +
    'them then there these they this those to us was wasn we were what when where which while who whom whose why will ' +
    'with would you your yours'
  ).split(' '),
);

/** @param raw one of `wordsOf` @returns its terms, none of a word that every text has */
export function wordTerms(raw: string): readonly string[] {
  const bare = withoutEnding(raw);
  if (bare.includes("'")) return bare.split("'").flatMap(wordTerms);
  const lower = bare.toLowerCase();
  if (lower.length < 2 || stopWords.has(lower)) return [];
  return plain.test(bare) ? [stem(irregularForms.get(lower) ?? lower)] : codeTokens(bare);
}

/** @param raw one of `wordsOf` that has terms @returns its runs of four characters, the ends of the word marked */
export function wordGrams(raw: string): readonly string[] {
  const bare = withoutEnding(raw);
  if (bare.includes("'"))
    return bare.split("'").flatMap((part) => (wordTerms(part).length > 0 ? wordGrams(part) : []));
  const marked = `_${bare.toLowerCase()}_`;
  if (marked.length <= gramLength) return [marked];
  return Array.from({ length: marked.length - gramLength + 1 }, (_, i) => marked.slice(i, i + gramLength));
}

function withoutEnding(raw: string): string {
  return raw.replace('’', "'").replace(contracted, '');
}

/** @returns the words of a text as they are written */
export function wordsOf(text: string): readonly string[] {
  return text.match(word) ?? [];
}

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

/** What one word of a text is found by. */
export interface MessageWord {
  /** None for words that every text has. */
  readonly terms: readonly string[];
  /** Runs of four characters, the ends of the word marked. */
  readonly grams: readonly string[];
}

/** @param raw one match of `wordsOf` */
export function analyseWord(raw: string): MessageWord {
  const bare = raw.replace('’', "'").replace(contracted, '');
  if (bare.includes("'")) {
    const parts = bare.split("'").map(analyseWord);
    return { terms: parts.flatMap((part) => part.terms), grams: parts.flatMap((part) => part.grams) };
  }
  const lower = bare.toLowerCase();
  if (lower.length < 2 || stopWords.has(lower)) return nothing;
  const terms = plain.test(bare) ? [stem(irregularForms.get(lower) ?? lower)] : codeTokens(bare);
  return { terms, grams: terms.length > 0 ? gramsOf(lower) : [] };
}
const nothing: MessageWord = { terms: [], grams: [] };

/** @returns the words of a text as they are written */
export function wordsOf(text: string): readonly string[] {
  return text.match(word) ?? [];
}

function gramsOf(lower: string): string[] {
  const marked = `_${lower}_`;
  if (marked.length <= gramLength) return [marked];
  return Array.from({ length: marked.length - gramLength + 1 }, (_, i) => marked.slice(i, i + gramLength));
}

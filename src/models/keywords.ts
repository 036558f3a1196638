/** Words of a question that say what it is about. */

const STOP_WORDS = new Set(
  (
    'a about all also an and any are as at be because been but by can code could defined did do does doing done explain ' +
    'file files find for from function get give had has have how i if implemented in into is it its let like line look ' +
    'make me more my need no not of on or our out please project read say see should show so some something tell than ' +
    'that the their them then there these they this those to us use used uses using want was we were what when where ' +
    'which who why will with work works would you your'
  ).split(' '),
);

/** @returns distinct terms in lower case: identifiers whole and their parts, stop words left out */
export function keywords(text: string): string[] {
  const terms = new Set<string>();
  for (const word of text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []) {
    const parts = identifierParts(word);
    for (const term of parts.length > 1 ? [word, ...parts] : [word]) {
      const lower = term.toLowerCase();
      if (lower.length > 1 && !STOP_WORDS.has(lower)) terms.add(lower);
    }
  }
  return [...terms];
}

/** @returns up to three words as written, the most telling first: identifiers before words, long before short */
export function tellingWords(text: string): string[] {
  const words = [...new Set(text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [])].filter(
    (word) => word.length > 2 && !STOP_WORDS.has(word.toLowerCase()),
  );
  const weight = (word: string) => word.length + (identifierParts(word).length > 1 ? 100 : 0);
  return words.sort((a, b) => weight(b) - weight(a)).slice(0, 3);
}

function identifierParts(word: string): string[] {
  return word
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .split(/[\s_$]+/)
    .filter((part) => part !== '');
}

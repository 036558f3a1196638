/**
 * Counts a text piece by piece. A byte-pair tokenizer takes quadratic time in the length of a run it cannot split
 * (100,000 times the same letter, or blanks), so a run never gets longer than a piece. Cut where the tokenizer itself
 * splits, the counts add up to the count of the whole; cut elsewhere, each cut costs at most a few tokens too many.
 */

const PIECE_CHARS = 4_096;
/** How far back from a piece's end a place to cut is looked for. */
const SEARCH_CHARS = 1_024;

/** @param countPiece tokens of a text of at most 4,096 characters */
export function countPieces(text: string, countPiece: (piece: string) => number): number {
  let tokens = 0;
  for (let start = 0; start < text.length; ) {
    const end = text.length - start <= PIECE_CHARS ? text.length : cutBefore(text, start + PIECE_CHARS);
    tokens += countPiece(text.slice(start, end));
    start = end;
  }
  return tokens;
}

/** The last place before `limit` where o200k and cl100k split anyway; `limit` itself when there is none near. */
function cutBefore(text: string, limit: number): number {
  for (let at = limit; at > limit - SEARCH_CHARS; at--) {
    // A blank goes with the word after it; a letter or digit before it belongs to another token.
    if (text[at] === ' ' && isWordEnd(text[at - 1]) && isLetter(text[at + 1])) return at;
    // Line ends go with what is before them.
    if (text[at - 1] === '\n' && isLetter(text[at])) return at;
  }
  const splitsPair = isHighSurrogate(text.charCodeAt(limit - 1));
  return splitsPair ? limit - 1 : limit;
}

function isWordEnd(char: string | undefined): boolean {
  return char !== undefined && /[A-Za-z0-9.,;:!?)]/.test(char);
}

function isLetter(char: string | undefined): boolean {
  return char !== undefined && /[A-Za-z]/.test(char);
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

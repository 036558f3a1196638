/** Sentences of prose that someone wrote: what is quoted from elsewhere (code, logs, citations) is not theirs. */

/** Longer ones are pasted text without full stops. */
const MAX_SENTENCE_CHARS = 600;
const FENCE = /^\s*(?:```|~~~)/;
/** Citations, comments, headings, and lines of programs and logs. */
const FOREIGN_LINE = /^(?:\s*(?:>|\/\/|\/\*|<!--|#{1,6}\s|at\s+\S+\s*\()|(?: {4}|\t)\s*(?![-*•\d]))/;
const BULLET = /^\s*(?:(?:[-*•+]|\d+[.)])\s+)?(?:\[[ xX]\]\s+)?/;
const QUOTED = /`[^`]*`|"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|「[^」]*」/g;
/** Ends of sentences; a stop inside a name (`a.ts`), a number or a common abbreviation is none. */
const END =
  /(?<!\b(?:e\.g|i\.e|etc|vs|cf|z\.B|d\.h|bzw|p\.ex|No|Nr))[.!?…]+(?=["'”»)\]*_]*(?:\s|$))|[。！？]+/g;

export interface Sentence {
  readonly text: string;
  /** The same length, with everything in quotation marks or backquotes replaced by `·`. */
  readonly masked: string;
}

/** @returns the sentences of a message's own prose, in order, without bullets; one never spans two lines */
export function sentencesOf(text: string): readonly Sentence[] {
  const sentences: Sentence[] = [];
  let fenced = false;
  for (const line of text.split(/\r?\n/)) {
    if (FENCE.test(line)) fenced = !fenced;
    else if (!fenced && !FOREIGN_LINE.test(line)) sentences.push(...sentencesOfLine(line));
  }
  return sentences;
}

function sentencesOfLine(line: string): Sentence[] {
  const prose = line.replace(BULLET, '');
  const masked = prose.replace(QUOTED, (quoted) => '·'.repeat(quoted.length));
  const found: Sentence[] = [];
  let start = 0;
  const take = (end: number) => {
    const lead = masked.slice(start, end).search(/\S/);
    const from = start + Math.max(lead, 0);
    const text = prose.slice(from, end).trimEnd();
    if (text !== '' && text.length <= MAX_SENTENCE_CHARS) {
      found.push({ text, masked: masked.slice(from, from + text.length) });
    }
    start = end;
  };
  for (const end of masked.matchAll(END)) take(end.index + end[0].length);
  take(masked.length);
  return found;
}

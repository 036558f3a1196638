/** The lines of a page that say most about a query, with what in them matched. */
import type { SnippetLine } from '../../engine/ports';
import { codeTokens } from '../codeTokens';

export interface SnippetQuery {
  /** The weight of each term, by term. */
  readonly weights: ReadonlyMap<string, number>;
  /** Quoted texts: what matches them counts more than any word. */
  readonly literals: readonly string[];
  /** Terms of the query in words met before: pages found together share their words. */
  readonly memory: Map<string, readonly string[]>;
}

const maxLines = 5;
const maxChars = 160;
/** Kept before the first match of a line that is cut. */
const lead = 40;
/** A term that another chosen line has counts this much. */
const again = 0.3;
const literalWeight = 100;
const lineWeight = 1000;
const word = /[\p{L}\p{N}_$]+/gu;

type Ranges = [start: number, end: number][];

interface Candidate {
  readonly line: number;
  readonly text: string;
  readonly ranges: Ranges;
  /** What matched, and what it is worth. */
  readonly worth: ReadonlyMap<string, number>;
}

/**
 * Chooses the line that adds most to those chosen already, until none adds anything.
 * @param startLine of the page, 1-based
 * @param wanted lines that must be among them
 * @returns at most 5 lines in their order, each at most 160 characters; the first that has a word when nothing matches
 */
export function snippetOf(
  text: string,
  startLine: number,
  query: SnippetQuery,
  wanted: readonly number[],
): SnippetLine[] {
  const lines = text.split('\n');
  let left = lines
    .map((content, i) => candidateOf(content, startLine + i, query, wanted))
    .filter(({ worth }) => worth.size > 0);
  const seen = new Set<string>();
  const chosen: Candidate[] = [];
  while (chosen.length < maxLines && left.length > 0) {
    let best: Candidate | undefined;
    let most = 0;
    for (const candidate of left) {
      let gain = 0;
      for (const [match, worth] of candidate.worth) gain += seen.has(match) ? again * worth : worth;
      if (gain > most) [best, most] = [candidate, gain];
    }
    if (!best) break;
    const adds = [...best.worth.keys()].some((match) => !seen.has(match));
    if (!adds && chosen.length > 0) break;
    chosen.push(best);
    for (const match of best.worth.keys()) seen.add(match);
    left = left.filter((candidate) => candidate !== best);
  }
  if (chosen.length > 0) return chosen.sort((a, b) => a.line - b.line).map(cut);
  const first = lines.findIndex((content) => /[\p{L}\p{N}]/u.test(content));
  return first < 0
    ? []
    : [cut({ line: startLine + first, text: lines[first] as string, ranges: [], worth: seenNothing })];
}

const seenNothing: ReadonlyMap<string, number> = new Map();

function candidateOf(
  text: string,
  line: number,
  { weights, literals, memory }: SnippetQuery,
  wanted: readonly number[],
): Candidate {
  const worth = new Map<string, number>();
  const ranges: Ranges = [];
  if (wanted.includes(line)) worth.set(`line ${line}`, lineWeight);
  for (const literal of literals) {
    const matchesCase = literal !== literal.toLowerCase();
    const [place, sought] = matchesCase ? [text, literal] : [text.toLowerCase(), literal];
    for (let at = place.indexOf(sought); at >= 0; at = place.indexOf(sought, at + sought.length)) {
      // Lower case may be longer than what it was made of.
      if (at + sought.length <= text.length) ranges.push([at, at + sought.length]);
      worth.set(`"${literal}"`, literalWeight);
    }
  }
  for (const { 0: found, index } of text.matchAll(word)) {
    let terms = memory.get(found);
    if (!terms) {
      terms = codeTokens(found).filter((term) => weights.has(term));
      memory.set(found, terms);
    }
    if (terms.length === 0) continue;
    for (const term of terms) worth.set(term, weights.get(term) ?? 0);
    ranges.push([index, index + found.length]);
  }
  return { line, text, ranges: merged(ranges), worth };
}

function merged(ranges: Ranges): Ranges {
  const result: Ranges = [];
  for (const [start, end] of ranges.sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}

/** Without indentation; of a long line the part around its first match. */
function cut({ line, text, ranges }: Candidate): SnippetLine {
  const indentation = text.length - text.trimStart().length;
  const whole = text.trimEnd();
  const first = ranges[0]?.[0] ?? 0;
  const fits = whole.length - indentation <= maxChars;
  let start = fits ? indentation : Math.max(indentation, Math.min(first - lead, whole.length - maxChars));
  let end = fits ? whole.length : Math.min(whole.length, start + maxChars);
  // Never half a character.
  if (isLow(whole, start)) start += 1;
  if (isLow(whole, end)) end -= 1;
  return {
    line,
    text: whole.slice(start, end),
    ranges: ranges.flatMap(([from, to]): [number, number][] => {
      const [a, b] = [Math.max(from, start) - start, Math.min(to, end) - start];
      return a < b ? [[a, b]] : [];
    }),
  };
}

function isLow(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/**
 * Whether search hits are worth pointing at without being asked. Scores of different stores cannot be compared, so only
 * relative signs count: how many of the question's words a hit has, and how far its score stands out among the others.
 */
import { identifiersOf, isCommon, isCompound } from './codeWords';

export interface Scored {
  readonly score: number;
  /** Everything of the hit that can answer a question: its text, path and names. */
  readonly text: string;
}

/** What a question asks about. */
export interface QuestionTerms {
  /** Stems of its telling words; joined names in their parts. */
  readonly stems: ReadonlySet<string>;
  /** Who or what the question is about, lower case. */
  readonly names: ReadonlySet<string>;
}

/**
 * Measured on commit messages as questions (see docs/engine.md): each is where more hints would be false than right.
 */
const LEAST_STEMS = 3;
const LEAST_COVERED = 0.4;
/** The tenth hit's score as a share of the first's, at most: where all hits are alike none is meant. */
const FLATTEST = 0.6;
/** Of the first hit's score. */
const LEAST_SCORE = 0.6;
const TENTH = 9;

/** Words of talk between people, which any text may have. */
const TALK = new Set(
  `please thanks thank good fine okay hello better best thing things something anything nothing work works worked
  working does doing done explain describe show shows tell find look looking help want wants need needs know think
  change changes changed changing fix fixes fixed fixing remove removes removed add adds added adding update updates
  updated make makes made create creates created implement implements write writes writing rewrite should would could
  might must into onto more less than much many very really quite well next last first second before again still
  already instead because however where which while when what there here then them they their your yours mine ours
  have having been being some every each both either neither same other others between within without about around
  example examples question questions answer answers problem problems issue issues using used uses allow allows
  support supports ensure ensures properly correctly handle handles
  the and for are was has had not but you can its all any use how who why did our out via per now new get set yes one
  two too may let see try run add fix put got say way off own old big few lot her his him she`.split(/\s+/),
);

/**
 * @returns what a question asks about
 * @param proper whether words written with a capital inside a sentence are names: of people and things, not of code
 */
export function questionTerms(question: string, proper: boolean): QuestionTerms {
  const stems = new Set<string>();
  const names = new Set<string>();
  for (const sentence of question.split(/[.!?:]\s+|\n/)) {
    for (const [index, word] of identifiersOf(sentence).entries()) {
      for (const stem of stemsOf(word)) stems.add(stem);
      if (isCompound(word) || (proper && index > 0 && /^\p{Lu}\p{Ll}{2}/u.test(word)))
        names.add(word.toLowerCase());
    }
  }
  return { stems, names };
}

/**
 * The hits that probably answer the question, in their order; none when that is not to be expected of any.
 * @param hits best first
 */
export function relevantHits<Hit extends Scored>(terms: QuestionTerms, hits: readonly Hit[]): readonly Hit[] {
  const judged = hits.map((hit) => ({ hit, covered: coveredBy(hit.text, terms) }));
  const named = judged.filter(({ covered }) => covered.names > 0);
  // A name that some hits have tells them from the rest, which only are of the same kind.
  if (named.length > 0 && named.length < Math.max(2, judged.length)) {
    const most = Math.max(...named.map(({ covered }) => covered.names));
    return named.filter(({ covered }) => covered.names === most).map(({ hit }) => hit);
  }
  const [first] = judged;
  if (!first) return [];
  const enough =
    first.covered.stems >= LEAST_STEMS && first.covered.stems >= LEAST_COVERED * terms.stems.size;
  const tenth = hits[Math.min(TENTH, hits.length - 1)]?.score ?? 0;
  const standsOut = hits.length === 1 || tenth <= FLATTEST * first.hit.score;
  if (!enough || !standsOut) return [];
  return judged
    .filter(
      ({ hit, covered }) =>
        hit.score >= LEAST_SCORE * first.hit.score && covered.stems >= first.covered.stems / 2,
    )
    .map(({ hit }) => hit);
}

/** Longer lines are prose: what is said there stands in one of their sentences. */
const LONG_LINE_CHARS = 100;

/** @returns the line of a text that has most of the terms, or the sentence of a long one, without surrounding space */
export function bestLine(text: string, terms: QuestionTerms): string {
  let best = '';
  let most = -1;
  const lines = text
    .split('\n')
    .flatMap((line) => (line.length > LONG_LINE_CHARS ? line.split(/(?<=[.!?])\s+/) : [line]));
  for (const line of lines) {
    const { stems, names } = coveredBy(line, terms);
    if (!/[\p{L}\p{N}]/u.test(line) || stems + names <= most) continue;
    most = stems + names;
    best = line.trim();
  }
  return best;
}

function coveredBy(text: string, terms: QuestionTerms): { readonly stems: number; readonly names: number } {
  const stems = new Set<string>();
  const names = new Set<string>();
  for (const word of identifiersOf(text)) {
    const lower = word.toLowerCase();
    if (terms.names.has(lower)) names.add(lower);
    for (const stem of stemsOf(word)) if (terms.stems.has(stem)) stems.add(stem);
  }
  return { stems: stems.size, names: names.size };
}

const PARTS = /\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+/gu;
const ENDING = /(?<=.{3})(?:ations?|ings?|ions?|ies|ied|ers?|ed|es|s|e)$/;

/** A rough stem: it need only bring `evict`, `evicts` and `eviction` together. */
function stemsOf(word: string): string[] {
  const parts = word.match(PARTS) ?? [];
  return parts
    .map((part) => part.toLowerCase())
    .filter((part) => part.length >= 3 && !TALK.has(part) && !isCommon(part))
    .map((part) => part.replace(ENDING, ''));
}

import { wantedCues } from './cues';
import { mentionedDates } from './dates';
import { wordGrams, wordsOf, wordTerms } from './words';

export interface MessageQuestion {
  readonly text: string;
  /** ms since the epoch: what `yesterday` is seen from. */
  readonly now: number;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export interface ReadQuestion {
  readonly terms: readonly string[];
  readonly grams: readonly string[];
  readonly dates: readonly string[];
  readonly cues: number;
  /** Numbers of the speakers it names. */
  readonly speakers: ReadonlySet<number>;
}

const maxTerms = 128;
const maxGrams = 400;

/**
 * What a question looks for. Names of speakers are no terms: who is spoken to says them, who is asked about does not.
 * @param speakersNamed numbers of the speakers who have a lower-case word in their name
 */
export function readQuestion(
  { text, now }: MessageQuestion,
  speakersNamed: (word: string) => readonly number[],
): ReadQuestion {
  const speakers = new Set<number>();
  const terms = new Set<string>();
  const grams = new Set<string>();
  for (const raw of wordsOf(text)) {
    const who = speakersNamed(raw.replace(/['’]s$/, '').toLowerCase());
    for (const speaker of who) speakers.add(speaker);
    if (who.length > 0) continue;
    const ofWord = wordTerms(raw);
    if (ofWord.length === 0) continue;
    for (const term of ofWord) if (terms.size < maxTerms) terms.add(term);
    for (const gram of wordGrams(raw)) if (grams.size < maxGrams) grams.add(gram);
  }
  return {
    terms: [...terms],
    grams: [...grams],
    dates: mentionedDates(text, now),
    cues: wantedCues(text),
    speakers,
  };
}

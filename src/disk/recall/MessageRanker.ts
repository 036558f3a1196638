/** Ranks all messages for a question: docs/disk.md has the formula, where it comes from and what it finds. */
import { cue } from './cues';
import type { MessagePostings } from './MessagePostings';
import { MessageScores } from './MessageScores';
import { type MessageQuestion, readQuestion } from './readQuestion';

const weights = {
  window: 3.5,
  grams: 2,
  sitting: 2.25,
  previousQuestion: 1.7,
  speaker: 1,
  takesPart: 5,
  date: 1.6,
  question: -0.65,
  information: 0.2,
  firstPerson: 0.4,
  time: 1.75,
  capitalised: 2.2,
} as const;

/** A message that shares no term with the question is found by its 4-grams if it has this share of what the best has. */
const minGrams = 0.5;
/** Likewise of the date's terms: the very day, the very month. */
const minDate = 0.9;

export interface RankedMessage {
  /** In the postings. */
  readonly number: number;
  readonly score: number;
}

export interface RankedMessages {
  /** The best ones, best first; of equals the newer first. */
  readonly best: readonly RankedMessage[];
  /** How many match. */
  readonly total: number;
}

/** Ranks the messages of some postings, one question at a time, in memory of its own. */
export class MessageRanker {
  private readonly scores: MessageScores;
  private numbers = new Int32Array(0);
  private totals = new Float32Array(0);

  constructor(private readonly postings: MessagePostings) {
    this.scores = new MessageScores(postings);
  }

  /** @param wanted how many to put in order at least, as long as there are as many */
  rank(question: MessageQuestion, wanted: number): RankedMessages {
    const { postings, scores } = this;
    if (postings.documents === 0) return { best: [], total: 0 };
    postings.order.link();
    const asked = readQuestion(question, (word) => postings.speakersNamed(word));
    scores.clear();
    scores.addWords(asked.terms);
    scores.addGrams(asked.grams);
    scores.addDates(asked.dates);
    const { own, window, grams, dates } = scores;
    const { columns } = postings;
    const { cues, previous, sitting, speaker, time, live, length } = columns;

    const bestOfSitting = new Float32Array(postings.order.sittings);
    const takesPart = new Uint8Array(postings.order.sittings);
    const most = { own: 0, window: 0, grams: 0, previousQuestion: 0, date: 0 };
    for (let i = 0; i < length; i++) {
      if (live[i] === 0) continue;
      const score = own[i] as number;
      const at = sitting[i] as number;
      if (score > most.own) most.own = score;
      if (score > (bestOfSitting[at] as number)) bestOfSitting[at] = score;
      if ((window[i] as number) > most.window) most.window = window[i] as number;
      if ((grams[i] as number) > most.grams) most.grams = grams[i] as number;
      if ((dates[i] as number) > most.date) most.date = dates[i] as number;
      if (score > most.previousQuestion && ((cues[i] as number) & cue.question) !== 0)
        most.previousQuestion = score;
      if (asked.speakers.has(speaker[i] as number)) takesPart[at] = 1;
    }

    const byName = asked.terms.length === 0;
    const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = question;
    if (length > this.numbers.length) {
      this.numbers = new Int32Array(Math.ceil(length * 1.25));
      this.totals = new Float32Array(this.numbers.length);
    }
    const { numbers, totals } = this;
    let total = 0;
    for (let i = 0; i < length; i++) {
      if (live[i] === 0 || !((time[i] as number) >= since && (time[i] as number) <= until)) continue;
      const said = asked.speakers.has(speaker[i] as number);
      const around = bestWindow(window, previous, i);
      const ownShare = share(own[i] as number, most.own);
      // What has no 4-grams (output, documents) must not fall behind for it.
      const gramShare = columns.grams[i] === 0 ? ownShare : share(grams[i] as number, most.grams);
      const dated = most.date > 0 && (dates[i] as number) >= minDate * most.date;
      if (around === 0 && gramShare < minGrams && !dated && !(byName && said)) continue;
      const at = sitting[i] as number;
      const before = previous[i] as number;
      const asks = before >= 0 && ((cues[before] as number) & cue.question) !== 0;
      const has = cues[i] as number;
      numbers[total] = i;
      totals[total++] =
        weights.window * share(around, most.window) +
        weights.grams * gramShare +
        weights.sitting * share(bestOfSitting[at] as number, most.own) +
        (asks ? weights.previousQuestion * share(own[before] as number, most.previousQuestion) : 0) +
        (said ? weights.speaker : 0) +
        weights.takesPart * (takesPart[at] as number) +
        weights.date * (dates[i] as number) +
        weights.information * (columns.information[i] as number) +
        ((has & cue.endsAsQuestion) !== 0 ? weights.question : 0) +
        ((has & cue.firstPerson) !== 0 ? weights.firstPerson : 0) +
        ((has & asked.cues & cue.time) !== 0 ? weights.time : 0) +
        ((has & asked.cues & cue.capitalised) !== 0 ? weights.capitalised : 0);
    }

    const order = (x: RankedMessage, y: RankedMessage) =>
      y.score - x.score ||
      (time[y.number] as number) - (time[x.number] as number) ||
      (postings.id(x.number) < postings.id(y.number) ? -1 : 1);
    const threshold = nthLargest(totals.subarray(0, total), wanted);
    const best: RankedMessage[] = [];
    for (let k = 0; k < total; k++) {
      const score = totals[k] as number;
      if (score >= threshold) best.push({ number: numbers[k] as number, score });
    }
    return { best: best.sort(order), total };
  }
}

/** The best run of three messages that contains this one. */
function bestWindow(window: Float32Array, previous: Int32Array, i: number): number {
  let best = window[i] as number;
  const one = previous[i] as number;
  if (one < 0) return best;
  if ((window[one] as number) > best) best = window[one] as number;
  const two = previous[one] as number;
  return two >= 0 && (window[two] as number) > best ? (window[two] as number) : best;
}

function share(score: number, most: number): number {
  return most > 0 ? score / most : 0;
}

/** @returns a number that at least `n` of the values reach, few more; all reach it if they are not as many */
function nthLargest(values: Float32Array, n: number): number {
  if (values.length <= n) return Number.NEGATIVE_INFINITY;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const buckets = new Uint32Array(4096);
  const scale = high > low ? (buckets.length - 1) / (high - low) : 0;
  for (const value of values) (buckets[Math.floor((value - low) * scale)] as number)++;
  let reached = 0;
  let bucket = buckets.length;
  while (reached < n) reached += buckets[--bucket] as number;
  // A hair below the bucket's edge: rounding must not lose what lies on it.
  return scale === 0 ? low : low + (bucket - 0.01) / scale;
}

import type { MessagePostings } from './MessagePostings';
import type { PostingLists } from './PostingLists';

/** Talk alone is found as well with any b from 0.3 to 0.75; among long outputs short messages need the higher ones. */
const k1 = 0.9;
const b = 0.6;
const windowSize = 3;

/** BM25 of every message for one question, by number, term after term. Kept for the next question: nothing is allocated. */
export class MessageScores {
  own = new Float32Array(0);
  /** Of the run of three messages of a sitting that begins with this one. */
  window = new Float32Array(0);
  grams = new Float32Array(0);
  dates = new Float32Array(0);
  private inWindow = new Uint32Array(0);
  private starts = new Int32Array(0);
  private documents = new Int32Array(1024);
  private counts = new Uint16Array(1024);

  constructor(private readonly postings: MessagePostings) {}

  /** Forgets the question before. */
  clear(): void {
    const { length } = this.postings.columns;
    if (length <= this.own.length) {
      for (const scores of [this.own, this.window, this.grams, this.dates]) scores.fill(0);
      return;
    }
    const room = Math.ceil(length * 1.25);
    this.own = new Float32Array(room);
    this.window = new Float32Array(room);
    this.grams = new Float32Array(room);
    this.dates = new Float32Array(room);
    this.inWindow = new Uint32Array(room);
    this.starts = new Int32Array(room);
  }

  addWords(terms: readonly string[]): void {
    const { columns, words, documents, totalWords } = this.postings;
    const { previous, words: lengths } = columns;
    const average = totalWords / documents;
    const { inWindow, starts, own: scores, window } = this;
    for (const term of terms) {
      const found = this.read(words, term);
      const idf = this.idf(found);
      let started = 0;
      for (let k = 0; k < found; k++) {
        const i = this.documents[k] as number;
        const count = this.counts[k] as number;
        (scores[i] as number) += idf * bm25(count, lengths[i] as number, average);
        let start = i;
        for (let n = 0; n < windowSize && start >= 0; n++) {
          if (inWindow[start] === 0) starts[started++] = start;
          (inWindow[start] as number) += count;
          start = previous[start] as number;
        }
      }
      for (let k = 0; k < started; k++) {
        const start = starts[k] as number;
        const count = inWindow[start] as number;
        inWindow[start] = 0;
        (window[start] as number) +=
          idf * bm25(count, this.windowLength(start), average * this.windowMessages(start));
      }
    }
  }

  addGrams(grams: readonly string[]): void {
    const { columns, documents, totalGrams } = this.postings;
    const average = totalGrams / documents;
    for (const gram of grams) {
      const found = this.read(this.postings.grams, gram);
      const idf = this.idf(found);
      for (let k = 0; k < found; k++) {
        const i = this.documents[k] as number;
        (this.grams[i] as number) +=
          idf * bm25(this.counts[k] as number, columns.grams[i] as number, average);
      }
    }
  }

  /** A date is there or not, however long the message. */
  addDates(dates: readonly string[]): void {
    for (const date of dates) {
      const found = this.read(this.postings.dates, date);
      const idf = this.idf(found);
      for (let k = 0; k < found; k++) (this.dates[this.documents[k] as number] as number) += idf;
    }
  }

  /** What a tool put out is a window of its own. */
  private windowMessages(start: number): number {
    return this.postings.columns.output[start] === 1 ? 1 : windowSize;
  }

  private windowLength(start: number): number {
    const { next, words } = this.postings.columns;
    let length = 0;
    let i = start;
    for (let n = 0; n < windowSize && i >= 0; n++) {
      length += words[i] as number;
      i = next[i] as number;
    }
    return length;
  }

  private idf(frequency: number): number {
    const { documents } = this.postings;
    return Math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5));
  }

  /** Reads the messages that have a term and were not replaced. @returns how many */
  private read(lists: PostingLists, term: string): number {
    const id = lists.id(term);
    if (id === undefined) return 0;
    const length = lists.length(id);
    if (length > this.documents.length) {
      this.documents = new Int32Array(length * 2);
      this.counts = new Uint16Array(length * 2);
    }
    lists.read(id, this.documents, this.counts);
    const { live } = this.postings.columns;
    let found = 0;
    for (let k = 0; k < length; k++) {
      const i = this.documents[k] as number;
      if (live[i] === 0) continue;
      this.documents[found] = i;
      this.counts[found++] = this.counts[k] as number;
    }
    return found;
  }
}

function bm25(count: number, length: number, average: number): number {
  return (count * (k1 + 1)) / (count + k1 * (1 - b + (b * length) / average));
}

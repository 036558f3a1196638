import type { RecallMessage } from '../../engine/ports';
import { MessageColumns } from './MessageColumns';
import { PostingLists } from './PostingLists';
import { SessionOrder } from './SessionOrder';
import { Tally } from './Tally';
import { wordGrams, wordsOf, wordTerms } from './words';

/** Beyond this a message (a tool's output) contributes each further term once: it stays findable without outweighing talk. */
const maxRepeated = 1500;
/** Messages with more terms are documents or output: 4-grams are for what people write to each other. */
const maxGrammed = 300;
/** Standing in for the mean idf of a message's terms: ln(1 + 5 × terms) finds as much as ln(1 + Σ idf), without the terms. */
const meanIdf = 5;
const maxKnownWords = 50_000;

/** A message as the postings take it; its text is kept elsewhere. */
export interface IndexedMessage extends RecallMessage {
  /** `dateTerms` of it. */
  readonly dates: readonly string[];
  /** `cuesOf` it; 0 for what a tool put out. */
  readonly cues: number;
}

interface KnownWord {
  readonly terms: readonly number[];
  /** Made when they are first needed: most words of tool output never need theirs. */
  grams?: readonly number[];
}

/** Everything that ranking needs of all messages, in memory. A message is found as soon as it was added. */
export class MessagePostings {
  readonly columns = new MessageColumns();
  readonly words = new PostingLists();
  readonly grams = new PostingLists();
  readonly dates = new PostingLists();
  readonly order = new SessionOrder(this.columns);
  /** Messages, without those that were replaced. */
  documents = 0;
  totalWords = 0;
  totalGrams = 0;
  private readonly ids: string[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly speakers = new Map<string, number>();
  /** Lower-case words of names → numbers of the speakers who have them. */
  private readonly named = new Map<string, number[]>();
  /** Messages of each speaker, by number. */
  private readonly spoken: number[] = [];
  private readonly known = new Map<string, KnownWord>();
  private readonly wordTally = new Tally();
  private readonly gramTally = new Tally();

  has(id: string): boolean {
    return this.numbers.has(id);
  }

  /** @returns the id of the message of this number */
  id(number: number): string {
    return this.ids[number] ?? '';
  }

  /** Adds a message; one with the same id is replaced. */
  add(message: IndexedMessage): void {
    const old = this.numbers.get(message.id);
    if (old !== undefined) this.remove(old);
    const { columns } = this;
    const number = columns.add();
    this.ids.push(message.id);
    this.numbers.set(message.id, number);
    columns.time[number] = message.time;
    columns.seq[number] = message.seq;
    columns.cues[number] = message.cues;
    columns.live[number] = 1;
    columns.output[number] = message.role === 'tool' ? 1 : 0;
    const speaker = message.role === 'tool' ? 0 : this.speaker(message.name ?? '');
    columns.speaker[number] = speaker;
    this.count(speaker, 1);
    this.addTerms(number, message);
    this.order.add(number, message.session);
    this.documents++;
    this.totalWords += columns.words[number] ?? 0;
    this.totalGrams += columns.grams[number] ?? 0;
  }

  /** Takes a message out for good, if it is there. */
  forget(id: string): void {
    const number = this.numbers.get(id);
    if (number === undefined) return;
    this.numbers.delete(id);
    this.remove(number);
  }

  /** @param word of a question, lower-case @returns numbers of the speakers of messages who have it in their name */
  speakersNamed(word: string): readonly number[] {
    return (this.named.get(word) ?? []).filter((speaker) => (this.spoken[speaker] ?? 0) > 0);
  }

  private remove(number: number): void {
    const { columns } = this;
    columns.live[number] = 0;
    this.count(columns.speaker[number] ?? 0, -1);
    this.order.remove(number);
    this.documents--;
    this.totalWords -= columns.words[number] ?? 0;
    this.totalGrams -= columns.grams[number] ?? 0;
  }

  private count(speaker: number, messages: number): void {
    this.spoken[speaker] = (this.spoken[speaker] ?? 0) + messages;
  }

  private addTerms(number: number, { role, name = '', text, dates }: IndexedMessage): void {
    const { columns, wordTally, gramTally } = this;
    const grammed = role !== 'tool';
    let terms = 0;
    let grams = 0;
    const count = (raw: string): void => {
      const word = this.word(raw);
      for (const term of word.terms) {
        if (terms >= maxRepeated && wordTally.of(term) > 0) continue;
        wordTally.add(term);
        terms++;
      }
      if (!grammed || terms > maxGrammed) return;
      word.grams ??= word.terms.length > 0 ? wordGrams(raw).map((gram) => this.grams.intern(gram)) : [];
      for (const gram of word.grams) gramTally.add(gram);
      grams += word.grams.length;
    };
    // Who looks for a tool's output often knows the tool; people are told apart by their number.
    if (role === 'tool') for (const raw of [...wordsOf(name), ...wordsOf(name)]) count(raw);
    for (const raw of wordsOf(text)) count(raw);
    columns.words[number] = terms;
    columns.information[number] = Math.log(1 + meanIdf * terms);
    this.words.addAll(wordTally, number);
    for (const date of dates) this.dates.add(this.dates.intern(date), number, 1);
    if (grammed && terms <= maxGrammed) {
      columns.grams[number] = grams;
      this.grams.addAll(gramTally, number);
    }
    wordTally.clear();
    gramTally.clear();
  }

  private word(raw: string): KnownWord {
    let word = this.known.get(raw);
    if (!word) {
      word = { terms: wordTerms(raw).map((term) => this.words.intern(term)) };
      if (this.known.size === maxKnownWords) this.known.clear();
      this.known.set(raw, word);
    }
    return word;
  }

  private speaker(name: string): number {
    if (name === '') return 0;
    const known = this.speakers.get(name);
    if (known !== undefined) return known;
    const number = this.speakers.size + 1;
    this.speakers.set(name, number);
    for (const word of new Set(name.toLowerCase().match(/[\p{L}\p{N}_]+/gu))) {
      this.named.set(word, [...(this.named.get(word) ?? []), number]);
    }
    return number;
  }
}

import { ByteBuffer } from './ByteBuffer';

const slotCount = 1 << 19;
const maxWords = slotCount / 2;

/**
 * Remembers the terms of words: source code repeats itself. Looked up by hash and units without making a string of the word,
 * kept as UTF-8 too, ready to be copied into a column.
 */
export class WordTerms {
  /** Open addressing; number of the word + 1. */
  private readonly slots = new Int32Array(slotCount);
  private readonly terms: (readonly string[])[] = [];
  /** Units of all words, and where each begins; one more for the end of the last. */
  private units = new Uint16Array(1 << 16);
  private readonly unitsAt: number[] = [0];
  /** Terms of all words, each with a space before it. */
  private readonly utf8 = new ByteBuffer();
  private readonly utf8At: number[] = [0];

  /** @param termsOf the terms of a word that is met for the first time */
  constructor(private readonly termsOf: (word: string) => readonly string[]) {}

  /**
   * @param units of a text, the word from `start` to `end`
   * @returns the number of the word, good until the next call
   */
  find(units: Uint16Array, start: number, end: number, hash: number): number {
    for (let slot = hash & (slotCount - 1); ; slot = (slot + 1) & (slotCount - 1)) {
      const word = (this.slots[slot] as number) - 1;
      if (word < 0) return this.add(units.subarray(start, end), slot);
      if (this.is(word, units, start, end)) return word;
    }
  }

  termsOfWord(word: number): readonly string[] {
    return this.terms[word] as readonly string[];
  }

  /** Appends the terms of a word, each with a space before it. */
  write(word: number, into: ByteBuffer): void {
    into.appendRange(this.utf8, this.utf8At[word] as number, this.utf8At[word + 1] as number);
  }

  private is(word: number, units: Uint16Array, start: number, end: number): boolean {
    const at = this.unitsAt[word] as number;
    const length = end - start;
    if ((this.unitsAt[word + 1] as number) - at !== length) return false;
    for (let i = 0; i < length; i++) {
      if (this.units[at + i] !== units[start + i]) return false;
    }
    return true;
  }

  private add(word: Uint16Array, slot: number): number {
    if (this.terms.length >= maxWords) {
      this.clear();
      return this.add(word, slot);
    }
    const at = this.unitsAt[this.unitsAt.length - 1] as number;
    if (at + word.length > this.units.length) {
      const larger = new Uint16Array(2 * (at + word.length));
      larger.set(this.units);
      this.units = larger;
    }
    this.units.set(word, at);
    this.unitsAt.push(at + word.length);
    const terms = this.termsOf(
      Buffer.from(word.buffer, word.byteOffset, word.byteLength).toString('utf16le'),
    );
    for (const term of terms) this.utf8.appendText(` ${term}`);
    this.utf8At.push(this.utf8.length);
    this.terms.push(terms);
    this.slots[slot] = this.terms.length;
    return this.terms.length - 1;
  }

  private clear(): void {
    this.slots.fill(0);
    this.terms.length = 0;
    this.unitsAt.length = 1;
    this.utf8At.length = 1;
    this.utf8.clear();
  }
}

/** How often each term, by number, occurs in a text. Made once and used for every text: nothing is allocated per text. */
export class Tally {
  /** Terms counted, in the order of their first occurrence; the first `size` are valid. */
  terms = new Int32Array(256);
  size = 0;
  private counts = new Uint16Array(1024);

  /** How often a term was counted, at most 65,535 times. */
  of(term: number): number {
    return this.counts[term] ?? 0;
  }

  add(term: number): void {
    if (term >= this.counts.length) {
      const wider = new Uint16Array(term * 2);
      wider.set(this.counts);
      this.counts = wider;
    }
    const count = this.counts[term] as number;
    if (count === 0xffff) return;
    this.counts[term] = count + 1;
    if (count > 0) return;
    if (this.size === this.terms.length) {
      const wider = new Int32Array(this.size * 2);
      wider.set(this.terms);
      this.terms = wider;
    }
    this.terms[this.size++] = term;
  }

  clear(): void {
    for (let k = 0; k < this.size; k++) this.counts[this.terms[k] as number] = 0;
    this.size = 0;
  }
}

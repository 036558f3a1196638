/** A set of 64-bit hashes in typed arrays: a million pages take 16 MB instead of a hundred as strings. */
const mostFilled = 0.6;

export class HashSet64 {
  /** Two words for each slot; 0, 0 is an empty one. */
  private words = new Uint32Array(2 * 1024);
  private filled = 0;
  private hasZero = false;

  get size(): number {
    return this.filled + (this.hasZero ? 1 : 0);
  }

  /** @param hash 16 hex digits */
  has(hash: string): boolean {
    const [high, low] = split(hash);
    if (high === 0 && low === 0) return this.hasZero;
    const at = this.slot(high, low);
    return this.words[at] !== 0 || this.words[at + 1] !== 0;
  }

  /** @param hash 16 hex digits */
  add(hash: string): void {
    const [high, low] = split(hash);
    if (high === 0 && low === 0) this.hasZero = true;
    else this.put(high, low);
  }

  private put(high: number, low: number): void {
    const at = this.slot(high, low);
    if (this.words[at] !== 0 || this.words[at + 1] !== 0) return;
    this.words[at] = high;
    this.words[at + 1] = low;
    this.filled++;
    if (this.filled > (this.words.length / 2) * mostFilled) this.grow();
  }

  /** @returns where the hash is, or would be */
  private slot(high: number, low: number): number {
    const { words } = this;
    const mask = words.length / 2 - 1;
    for (let i = low & mask; ; i = (i + 1) & mask) {
      const [first, second] = [words[2 * i], words[2 * i + 1]];
      if ((first === high && second === low) || (first === 0 && second === 0)) return 2 * i;
    }
  }

  private grow(): void {
    const old = this.words;
    this.words = new Uint32Array(old.length * 2);
    this.filled = 0;
    for (let i = 0; i < old.length; i += 2) {
      const [high, low] = [old[i] as number, old[i + 1] as number];
      if (high !== 0 || low !== 0) this.put(high, low);
    }
  }
}

function split(hash: string): [number, number] {
  return [Number.parseInt(hash.slice(0, 8), 16) >>> 0, Number.parseInt(hash.slice(8, 16), 16) >>> 0];
}

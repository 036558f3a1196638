const space = 0x20;

/** Finds the terms of a query in space-separated terms, byte by byte: hundreds of pages are read for each query. */
export class TermScanner {
  private readonly terms: readonly Uint8Array[];
  /** Places of terms by hash, open addressing; -1 is free. */
  private readonly slots: Int32Array;
  private readonly hashes: Int32Array;
  private readonly mask: number;

  constructor(terms: readonly string[]) {
    const encoder = new TextEncoder();
    this.terms = terms.map((term) => encoder.encode(term));
    this.mask = 2 ** Math.ceil(Math.log2(4 * terms.length + 4)) - 1;
    this.slots = new Int32Array(this.mask + 1).fill(-1);
    this.hashes = new Int32Array(terms.length);
    this.terms.forEach((bytes, place) => {
      const hash = hashOf(bytes);
      this.hashes[place] = hash;
      let slot = hash & this.mask;
      while (this.slots[slot] !== -1) slot = (slot + 1) & this.mask;
      this.slots[slot] = place;
    });
  }

  /**
   * @param bytes UTF-8, terms separated by one space
   * @param from first byte that is looked at
   * @param onTerm told of each term in order: its place in the query, or -1
   * @returns number of terms
   */
  scan(bytes: Uint8Array, from: number, onTerm: (place: number) => void): number {
    let count = 0;
    for (let start = from; start < bytes.length; ) {
      let hash = seed;
      let end = start;
      for (; end < bytes.length; end++) {
        const byte = bytes[end] as number;
        if (byte === space) break;
        hash = step(hash, byte);
      }
      onTerm(this.find(bytes, start, end, hash));
      count++;
      start = end + 1;
    }
    return count;
  }

  private find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    for (let slot = hash & this.mask; ; slot = (slot + 1) & this.mask) {
      const place = this.slots[slot] as number;
      if (place === -1) return -1;
      if (this.hashes[place] === hash && same(this.terms[place] as Uint8Array, bytes, start, end))
        return place;
    }
  }
}

const seed = 0x811c9dc5 | 0;

/** FNV-1a. */
function step(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

function hashOf(bytes: Uint8Array): number {
  return bytes.reduce(step, seed);
}

function same(term: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (term.length !== end - start) return false;
  for (let i = 0; i < term.length; i++) if (term[i] !== bytes[start + i]) return false;
  return true;
}

/**
 * Which documents have a term, and how often: bytes of one arena, so that a hundred thousand lists cost no objects. A list
 * is a chain of slices that grow, each ending in the address of the next; a posting is the distance from the document
 * before and, when it is not 1, the count.
 */
import type { Tally } from './Tally';

/** Bytes of the slices of a list, the first to the last; all further ones have the last size. */
const sliceSizes = [6, 16, 32, 64, 128, 256, 512] as const;
/** Bytes of the address at the end of a slice. */
const linkSize = 4;
/** The arena is of blocks, so that nothing is ever copied to make room; no slice lies in two. */
const blockBits = 18;
const blockSize = 1 << blockBits;
/** Numbers kept of each list. */
const fields = 6;
const first = 0;
const write = 1;
const limit = 2;
const lastDocument = 3;
const level = 4;
const size = 5;

export class PostingLists {
  private readonly blocks: Uint8Array[] = [];
  /** Address of the first byte that belongs to no slice. */
  private used = 0;
  private readonly ids = new Map<string, number>();
  private lists = new Int32Array(1024 * fields);

  /** Bytes held, the terms themselves not counted. */
  get byteLength(): number {
    return this.blocks.length * blockSize + this.lists.byteLength;
  }

  /** Number of the term's list, or undefined when no document ever had it. */
  id(term: string): number | undefined {
    return this.ids.get(term);
  }

  /** Number of the term's list, made when there is none. */
  intern(term: string): number {
    const known = this.ids.get(term);
    if (known !== undefined) return known;
    const id = this.ids.size;
    this.ids.set(term, id);
    if ((id + 1) * fields > this.lists.length) this.lists = grown(this.lists, this.lists.length * 2);
    const at = id * fields;
    const start = this.allocate(sliceSizes[0]);
    this.lists[at + first] = start;
    this.lists[at + write] = start;
    this.lists[at + limit] = start + sliceSizes[0] - linkSize;
    this.lists[at + lastDocument] = -1;
    return id;
  }

  /** @param document not below the last one added to the list @param count from 1 */
  add(id: number, document: number, count: number): void {
    const at = id * fields;
    const distance = document - this.number(at + lastDocument);
    this.lists[at + lastDocument] = document;
    this.lists[at + size] = this.number(at + size) + 1;
    if (count === 1) {
      this.append(at, distance * 2);
      return;
    }
    this.append(at, distance * 2 + 1);
    this.append(at, count);
  }

  /** Adds a document to the lists of all its terms. */
  addAll(tally: Tally, document: number): void {
    for (let k = 0; k < tally.size; k++) {
      const id = tally.terms[k] as number;
      this.add(id, document, tally.of(id));
    }
  }

  /** Postings of a list, those of documents that are no more included. */
  length(id: number): number {
    return this.number(id * fields + size);
  }

  /**
   * Reads a list, documents ascending.
   * @param documents, counts have room for `length(id)` numbers
   */
  read(id: number, documents: Int32Array, counts: Uint16Array): void {
    const at = id * fields;
    const postings = this.number(at + size);
    const start = this.number(at + first);
    let bytes = this.block(start);
    let position = start & (blockSize - 1);
    let slice = 0;
    let end = position + sliceSizes[0] - linkSize;
    let document = -1;
    const next = (): number => {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        if (position === end) {
          const address = readLink(bytes, end);
          bytes = this.block(address);
          position = address & (blockSize - 1);
          slice = Math.min(slice + 1, sliceSizes.length - 1);
          end = position + (sliceSizes[slice] ?? 0) - linkSize;
        }
        const byte = bytes[position++] ?? 0;
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
    };
    for (let i = 0; i < postings; i++) {
      const head = next();
      document += head >>> 1;
      documents[i] = document;
      counts[i] = (head & 1) === 1 ? next() : 1;
    }
  }

  private number(index: number): number {
    return this.lists[index] ?? 0;
  }

  private append(at: number, value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.appendByte(at, (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.appendByte(at, rest);
  }

  private appendByte(at: number, byte: number): void {
    let address = this.number(at + write);
    if (address === this.number(at + limit)) {
      const next = Math.min(this.number(at + level) + 1, sliceSizes.length - 1);
      const length = sliceSizes[next] ?? 0;
      const start = this.allocate(length);
      writeLink(this.block(address), address & (blockSize - 1), start);
      this.lists[at + level] = next;
      this.lists[at + limit] = start + length - linkSize;
      address = start;
    }
    this.block(address)[address & (blockSize - 1)] = byte;
    this.lists[at + write] = address + 1;
  }

  private block(address: number): Uint8Array {
    return this.blocks[address >>> blockBits] as Uint8Array;
  }

  private allocate(length: number): number {
    const left = this.blocks.length * blockSize - this.used;
    if (left < length) {
      this.used += left;
      this.blocks.push(new Uint8Array(blockSize));
    }
    const start = this.used;
    this.used += length;
    return start;
  }
}

function readLink(bytes: Uint8Array, at: number): number {
  let address = 0;
  for (let i = 0; i < linkSize; i++) address |= (bytes[at + i] ?? 0) << (8 * i);
  return address;
}

function writeLink(bytes: Uint8Array, at: number, address: number): void {
  for (let i = 0; i < linkSize; i++) bytes[at + i] = (address >>> (8 * i)) & 0xff;
}

function grown(old: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(length);
  wider.set(old);
  return wider;
}

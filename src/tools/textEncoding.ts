/** Encodings of text files, as `decodeText` reads them. */
import type { FileForm } from '../engine/ports';

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * @param original the file's bytes @param before what they read as
 * @returns the new text in the file's encoding; undefined when the original is not wholly in it, so that what an edit
 *   does not touch would change
 */
export function encodeLike(original: Uint8Array, before: string, after: string): Uint8Array | undefined {
  const mark = markOf(original);
  return Buffer.compare(encodeAs(before, mark), original) === 0 ? encodeAs(after, mark) : undefined;
}

/** @returns the byte order mark that the bytes begin with */
export function markOf([first, second, third]: Uint8Array): FileForm['mark'] {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return first === UTF8_MARK[0] && second === UTF8_MARK[1] && third === UTF8_MARK[2] ? 'utf-8' : undefined;
}

/** @param mark that it begins with; it says the encoding, too */
export function encodeAs(text: string, mark: FileForm['mark']): Buffer {
  if (mark === 'utf-16le') return Buffer.from(`\ufeff${text}`, 'utf16le');
  if (mark === 'utf-16be') return Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
  return mark === 'utf-8' ? Buffer.concat([UTF8_MARK, Buffer.from(text)]) : Buffer.from(text);
}

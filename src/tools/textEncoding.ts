/** Encodings of text files, as `decodeText` reads them. */

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * @param original the file's bytes @param before what they read as
 * @returns the new text in the file's encoding; undefined when the original is not wholly in it, so that what an edit
 *   does not touch would change
 */
export function encodeLike(original: Uint8Array, before: string, after: string): Uint8Array | undefined {
  const encode = encoderOf(original);
  return Buffer.compare(encode(before), original) === 0 ? encode(after) : undefined;
}

function encoderOf(original: Uint8Array): (text: string) => Buffer {
  const [first, second, third] = original;
  if (first === 0xff && second === 0xfe) return (text) => Buffer.from(`\ufeff${text}`, 'utf16le');
  if (first === 0xfe && second === 0xff) return (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
  if (first === UTF8_MARK[0] && second === UTF8_MARK[1] && third === UTF8_MARK[2])
    return (text) => Buffer.concat([UTF8_MARK, Buffer.from(text)]);
  return (text) => Buffer.from(text);
}

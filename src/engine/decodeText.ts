/**
 * What is text and what is not, the same for reading and for the index: a page that is found can be read. UTF-8 (byte order mark stripped, invalid bytes replaced) or, with its byte order mark, UTF-16.
 * @returns undefined for binary data: text holds no NUL
 */
export function decodeText(bytes: Uint8Array): string | undefined {
  const encoding = utf16(bytes);
  if (encoding !== undefined) return new TextDecoder(encoding).decode(bytes);
  return bytes.includes(0) ? undefined : new TextDecoder('utf-8').decode(bytes);
}

function utf16(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

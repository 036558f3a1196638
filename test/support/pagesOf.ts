import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { chunkFile } from '../../src/disk/chunkFile';
import { estimateTokens, maxTokens, type SourcePage } from '../../src/disk/Page';
import type { Parsers } from '../../src/disk/Parsers';
import { decodeText } from '../../src/engine/decodeText';

/** Pages of a file's content, as the indexer makes them. */
export function pagesOf(content: string | Uint8Array, language: string, parsers: Parsers) {
  const bytes = bytesOf(content);
  const text = decodeText(bytes);
  if (text === undefined) throw new Error('not a text');
  return chunkFile({ bytes, text, language }, parsers);
}

/** Every byte is on one page, and every page keeps its promises. */
export function expectExact(pages: readonly SourcePage[], content: string | Uint8Array): void {
  const bytes = bytesOf(content);
  const text = decodeText(bytes) ?? '';
  const lines = text.split('\n');
  const isUtf8 = bytes[0] !== 0xff && bytes[0] !== 0xfe;
  let byte = 0;
  let before: SourcePage | undefined;
  for (const page of pages) {
    const own = bytes.subarray(page.startByte, page.endByte);
    expect(page.startByte).toBe(byte);
    expect(page.endByte).toBeGreaterThan(byte);
    expect(page.hash).toBe(createHash('sha256').update(own).digest('hex').slice(0, 16));
    expect(page.endLine).toBeGreaterThanOrEqual(page.startLine);
    if (page.startColumn > 0) expect(page.startLine).toBe(before?.endLine);
    else expect(page.startLine).toBe((before?.endLine ?? 0) + 1);
    expect(estimateTokens(Buffer.byteLength(page.text))).toBeLessThanOrEqual(maxTokens);
    const first = lines[page.startLine - 1]?.slice(page.startColumn).replace(/\r$/, '') ?? '';
    expect(page.text.slice(0, first.length)).toBe(first.slice(0, page.text.length));
    if (isUtf8) {
      const decoder = new TextDecoder('utf-8', { ignoreBOM: page.startByte > 0 });
      expect(plain(decoder.decode(own))).toBe(plain(page.text));
    }
    for (const { line } of page.symbols) {
      expect(line).toBeGreaterThanOrEqual(page.startLine);
      expect(line).toBeLessThanOrEqual(page.endLine);
    }
    byte = page.endByte;
    before = page;
  }
  expect(byte).toBe(bytes.length);
  if (before) expect(before.endLine).toBe(lines.length - (lines.length > 1 && lines.at(-1) === '' ? 1 : 0));
}

/** Without what a page's text leaves out. */
export const plain = (text: string) => text.replaceAll(/[\r\n]/g, '');

const bytesOf = (content: string | Uint8Array) =>
  typeof content === 'string' ? Buffer.from(content) : content;

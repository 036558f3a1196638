import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteBuffer } from '../../../src/disk/ByteBuffer';
import { codeTokens, queryTokens, writeTerms } from '../../../src/disk/codeTokens';
import { forEachWord } from '../../../src/disk/forEachWord';

describe('codeTokens', () => {
  it('keeps an identifier whole and adds the stems of its parts', () => {
    expect(codeTokens('flushQueues HTTPServer parse_http_url getURL2')).toEqual([
      'flushqueues',
      'flush',
      'queue',
      'httpserver',
      'http',
      'server',
      'parse_http_url',
      'pars',
      'http',
      'url',
      'geturl2',
      'get',
      'url',
    ]);
  });

  it('gives words and identifiers a common term', () => {
    expect(codeTokens('indexing')).toEqual(codeTokens('indexed'));
    expect(codeTokens('WorkspaceIndexer')).toContain(codeTokens('indexer')[0]);
  });

  it('finds parts of scripts written without spaces', () => {
    expect(codeTokens('検索機能')).toEqual(['検索', '索機', '機能']);
  });

  it('leaves out what is data, not names', () => {
    expect(codeTokens('A'.repeat(65))).toEqual([]);
    expect(codeTokens('x = 3')).toEqual(['3']);
  });

  it('never gives a term that white space could cut or that is too long for the index', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        for (const token of codeTokens(text)) {
          expect(token).toMatch(/^\S+$/);
          expect(token.length).toBeLessThanOrEqual(80);
        }
      }),
    );
  });
});

describe('queryTokens', () => {
  it('drops words every text has, unless there are no others', () => {
    expect(queryTokens('where is the queue flushed?')).toEqual(['queue', 'flush']);
    expect(queryTokens('what is it')).toEqual(['what', 'is', 'it']);
    expect(queryTokens('queue queue queues')).toEqual(['queue']);
  });

  it('is empty for a query without words', () => {
    expect(queryTokens('?! …')).toEqual([]);
  });
});

/** Text as files have it: names, scripts of all kinds, broken surrogates, words met before. */
const texts = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        'flushQueue2',
        'HTTPServer',
        '検索機能',
        '𝒳𝒴 x',
        '\ud800',
        'a\udfffb',
        '$_',
        'naïve',
        'ﬀ',
        'İx',
      ),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

describe('forEachWord', () => {
  it('finds what the regular expression finds', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const found: string[] = [];
        forEachWord(text, (start, end) => found.push(text.slice(start, end)) > 0);
        expect(found).toEqual([...text.matchAll(/[\p{L}\p{N}_$]+/gu)].map(([word]) => word));
      }),
      { numRuns: 2000 },
    );
  });

  it('ends when it is told to', () => {
    const found: number[] = [];
    forEachWord('a b c d', (start) => found.push(start) < 2);
    expect(found).toEqual([0, 2]);
  });
});

describe('writeTerms', () => {
  it('writes the terms of each word apart, whatever was met before', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const into = new ByteBuffer();
        writeTerms(text, into);
        const apart = [...text.matchAll(/[\p{L}\p{N}_$]+/gu)].flatMap(([word]) => codeTokens(word));
        expect(into.take().toString()).toBe(
          apart
            .map((term) => ` ${term}`)
            .join('')
            .toWellFormed(),
        );
        expect(codeTokens(text)).toEqual(apart);
      }),
      { numRuns: 1000 },
    );
  });

  it('still knows each word by itself after more words than it remembers', () => {
    for (let i = 0; i < 300_000; i++) codeTokens(`w${i}`);
    const terms = ['w7', 'flushqueue', 'flush', 'queue', 'w299999', '299999'];
    expect(codeTokens('w7 flushQueue w299999')).toEqual(terms);
  });

  it('leaves out the rest of an endless text', () => {
    const into = new ByteBuffer();
    writeTerms('word '.repeat(100_000), into);
    expect(into.length).toBe(6000 * ' word'.length);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeTokens, pageTokens, queryTokens } from '../../../src/disk/codeTokens';

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

describe('pageTokens', () => {
  it('counts path and symbols twice', () => {
    const tokens = pageTokens({ path: 'src/queue.ts', text: 'flush()', symbols: ['Manager'] });
    expect(tokens.filter((token) => token === 'queue')).toHaveLength(2);
    expect(tokens.filter((token) => token === codeTokens('Manager')[0])).toHaveLength(2);
    expect(tokens.filter((token) => token === 'flush')).toHaveLength(1);
  });
});

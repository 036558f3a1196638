import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { codeTokens } from '../../../src/disk/codeTokens';
import { evidenceOf, weighingOf } from '../../../src/disk/pageEvidence';
import { readQuery } from '../../../src/disk/QueryTraits';
import { TermStatistics } from '../../../src/disk/TermStatistics';

const bytes = (text: string) => new TextEncoder().encode(text);

let statistics: TermStatistics;
beforeAll(async () => {
  const sample = ['common word', 'common name', 'common rare'].map((toks) => ({
    toks: bytes(toks),
    head: bytes(''),
  }));
  statistics = await TermStatistics.of(sample);
});

describe('weighingOf', () => {
  it('asks the index for all terms of a short question', () => {
    expect(weighingOf(readQuery('common word'), statistics).asked).toEqual(['common', 'word']);
  });

  it('asks it for the rarest terms of a long one', () => {
    const many = Array.from({ length: 40 }, (_, i) => `zz${String.fromCharCode(97 + (i % 26), 97 + i / 26)}`);
    const { asked, query } = weighingOf(readQuery(`common rare ${many.join(' ')}`), statistics);
    expect(query.terms.length).toBeGreaterThan(40);
    expect(asked).toHaveLength(32);
    expect(asked).not.toContain('common');
    expect(asked).not.toContain('rare');
  });
});

describe('evidenceOf', () => {
  const word = fc.constantFrom('flushQueue', 'queue', 'HTTPServer', 'read_file2', 'a');

  it('tells the terms of symbols from those of the path', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), word, fc.array(word), (path, symbol, names) => {
        const rel = `${path.join('/')}.ts`;
        const head = codeTokens(`${rel}\n${symbol}\n${names.join(' ')}`).join(' ');
        const toks = bytes([head, head, 'body'].join(' '));
        const weighing = weighingOf(readQuery('flushQueue'), statistics);
        const page = { id: '1', root: '/r', rel, language: 'typescript', symbol, names: names.join(' ') };
        const { named, symbols } = evidenceOf({ ...page, head: bytes(head), toks, score: 1 }, weighing);
        const ofSymbols = codeTokens(`${symbol} ${names.join(' ')}`);
        const expected = ofSymbols.some((term) => weighing.query.places.has(term));
        expect(named).toBe(expected);
        expect(symbols > 0).toBe(expected);
      }),
    );
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuery, type QueryFilter } from '../../../../src/disk/query/parseQuery';
import { BadQueryError } from '../../../../src/engine/errors';

const now = new Date(2026, 10, 21, 12).getTime();
const day = 86_400_000;
const parse = (text: string) => parseQuery(text, now);

describe('parseQuery', () => {
  it('reads filters wherever they stand, quotations and exclusions', () => {
    expect(parse('path:src/disk flush "at the Watermark" -legacy -path:test -lang:md queue')).toEqual({
      text: 'flush "at the Watermark" queue',
      filters: [
        { kind: 'path', pattern: 'src/disk', excluded: false },
        { kind: 'text', text: 'at the Watermark', excluded: false },
        { kind: 'word', word: 'legacy', excluded: true },
        { kind: 'path', pattern: 'test', excluded: true },
        { kind: 'lang', languages: ['markdown'], excluded: true },
      ],
    });
    expect(parse('path:"my folder/*.ts" symbol:Queue.flush lang:ts').filters).toEqual([
      { kind: 'path', pattern: 'my folder/*.ts', excluded: false },
      { kind: 'symbol', name: 'Queue.flush', excluded: false },
      { kind: 'lang', languages: ['typescript', 'typescriptreact'], excluded: false },
    ]);
  });

  it('reads times', () => {
    const period = (value: string) => parse(`changed:${value}`).filters[0];
    const midnight = (month: number, date: number) => new Date(2026, month - 1, date).getTime();
    expect(period('7d')).toMatchObject({ from: now - 7 * day, to: Infinity });
    expect(period('12h')).toMatchObject({ from: now - day / 2 });
    expect(period('2026-11-01')).toMatchObject({ from: midnight(11, 1), to: Infinity });
    expect(period('<2026-11-01')).toMatchObject({ from: -Infinity, to: midnight(11, 1) });
    expect(period('2026-10-01..2026-10-31')).toMatchObject({ from: midnight(10, 1), to: midnight(11, 1) });
  });

  it('says what is allowed where a filter means nothing', () => {
    for (const [text, allowed] of [
      ['flush lang:klingon', /rust.*typescript/],
      ['flush changed:yesterday', /changed:7d/],
      ['changed:2026-02-31', /changed:7d/],
      ['changed:2026-03-02..2026-03-01', /changed:7d/],
      ['path:""', /path:, lang:, symbol: and changed:/],
    ] as const) {
      expect(() => parse(text)).toThrow(BadQueryError);
      expect(() => parse(text)).toThrow(
        expect.objectContaining({ nextStep: expect.stringMatching(allowed) }),
      );
    }
  });

  it('leaves longer text as it is, but for filters at its ends', () => {
    const message =
      'Resolve "No chat model selected" on startup: the flag -race and the attribute lang:en and path:x are kept by the loader';
    expect(parse(message)).toEqual({ text: message, filters: [] });
    expect(parse(`path:core ${message} lang:go`)).toEqual({
      text: message,
      filters: [
        { kind: 'path', pattern: 'core', excluded: false },
        { kind: 'lang', languages: ['go'], excluded: false },
      ],
    });
    // What is no valid filter at the end of a long text was not meant as one.
    expect(parse(`${message} lang:en`).text).toBe(`${message} lang:en`);
    expect(parse('Error: no "x"\n  at f (a.ts:1:2)').filters).toEqual([]);
  });

  it('takes words that only look like signs for words', () => {
    for (const text of [
      'path: of the file',
      'a - b',
      'x -1',
      'gcc -O2 flags',
      'std::path:x',
      "it's -- so",
      '""',
    ])
      expect(parse(text)).toEqual({ text, filters: [] });
  });

  it('never fails but with a reason, whatever it is given', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        'path:',
        'lang:ts',
        'changed:',
        '-',
        '"',
        '7d',
        '..',
        ' ',
        '\n',
        'symbol:',
        ':',
        '<',
        '*',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          const { text, filters } = parse(pieces.join(''));
          expect(typeof text).toBe('string');
          for (const filter of filters) if (filter.kind === 'text') expect(filter.text.trim()).not.toBe('');
        } catch (error) {
          expect(error).toBeInstanceOf(BadQueryError);
        }
      }),
    );
  });

  it('gives back every filter that was written, and the words between them', () => {
    const value = fc.stringMatching(/^[\p{L}\p{N}_./*{},-]{1,20}$/u).filter((text) => text.trim() !== '');
    const filter = fc.oneof(
      fc.record({ kind: fc.constant('path' as const), pattern: value, excluded: fc.boolean() }),
      fc.record({ kind: fc.constant('symbol' as const), name: value, excluded: fc.boolean() }),
      fc.record({ kind: fc.constant('text' as const), text: value, excluded: fc.boolean() }),
      fc.record({
        kind: fc.constant('word' as const),
        word: fc.stringMatching(/^[a-z_]{3,9}$/),
        excluded: fc.constant(true as const),
      }),
    );
    const words = fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 1 });
    fc.assert(
      fc.property(fc.array(fc.tuple(words, filter), { maxLength: 4 }), words, (parts, last) => {
        const query = [...parts.flatMap(([before, one]) => [...before, written(one)]), ...last].join(' ');
        const { text, filters } = parse(query);
        expect(filters).toEqual(parts.map(([, one]) => one));
        const kept = parts.flatMap(([before, one]) =>
          one.kind === 'text' && !one.excluded ? [...before, written(one)] : before,
        );
        expect(text.split(/\s+/)).toEqual([...kept, ...last].join(' ').split(/\s+/));
      }),
    );
  });
});

function written(filter: QueryFilter): string {
  const minus = filter.excluded ? '-' : '';
  switch (filter.kind) {
    case 'path':
      return `${minus}path:"${filter.pattern}"`;
    case 'symbol':
      return `${minus}symbol:"${filter.name}"`;
    case 'text':
      return `${minus}"${filter.text}"`;
    case 'word':
      return `-${filter.word}`;
    default:
      throw new Error('not written here');
  }
}

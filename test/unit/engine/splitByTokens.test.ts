import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutText } from '../../../src/engine/cutText';
import { splitByTokens } from '../../../src/engine/splitByTokens';
import { PAGE_TOKENS, servePages } from '../../../src/engine/textPages';
import { inProcessTokenCounter as counter } from '../../support/inProcessTokenCounter';

const text = fc
  .array(
    fc.oneof(
      fc.lorem({ maxCount: 12 }),
      fc.string({ unit: 'grapheme', maxLength: 120 }),
      fc.constant('漢字仮名交じり文'.repeat(20)),
      fc.constant('🦉🦀'.repeat(60)),
      fc.constant('deadbeef0123'.repeat(30)),
      fc.constant(''),
    ),
    { maxLength: 12 },
  )
  .chain((lines) => fc.constantFrom('\n', '\r\n').map((end) => lines.join(end)));

describe('splitByTokens', () => {
  it('gives pieces that join to the text and are within the limit, also where one line is too long', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 8, max: 200 }), async (whole, limit) => {
        const pieces = await splitByTokens(whole, limit, counter);
        expect(pieces.join('')).toBe(whole);
        for (const tokens of await counter.count(pieces)) expect(tokens).toBeLessThanOrEqual(limit);
        for (const piece of pieces) expect(piece.isWellFormed()).toBe(true);
      }),
      { numRuns: 80 },
    );
  });

  it('always ends, whatever the limit', async () => {
    for (const limit of [-5, 0, 1]) {
      expect((await splitByTokens('🦉 words\nand more words\n', limit, counter)).join('')).toBe(
        '🦉 words\nand more words\n',
      );
    }
    expect(await splitByTokens('', 10, counter)).toEqual(['']);
  });
});

describe('servePages', () => {
  it('leaves nothing out and shows nothing twice, however the limit changes on the way', async () => {
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.infiniteStream(fc.integer({ min: PAGE_TOKENS, max: 600 })),
        async (whole, limits) => {
          let shown = '';
          let page: number | undefined = 1;
          while (page !== undefined) {
            const limit = limits.next().value as number;
            const served: Awaited<ReturnType<typeof servePages>> = await servePages(
              whole,
              page,
              limit,
              counter,
            );
            shown += served?.text;
            expect((await counter.count([served?.text ?? '']))[0]).toBeLessThanOrEqual(limit);
            page = served?.next;
          }
          expect(shown).toBe(whole);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('knows no page beyond the last', async () => {
    expect(await servePages('short', 2, 100, counter)).toBeUndefined();
    expect(await servePages('short', 1, 100, counter)).toEqual({
      text: 'short',
      next: undefined,
      label: undefined,
    });
  });
});

it('cuts no character in half, and never cuts to nothing', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.integer({ min: 1, max: 40 }),
      (whole, chars) => {
        fc.pre(whole.isWellFormed());
        const cut = cutText(whole, chars);
        expect(cut.isWellFormed()).toBe(true);
        expect(whole.startsWith(cut)).toBe(true);
        expect(cut.length).toBeGreaterThan(0);
        expect(cut.length).toBeLessThanOrEqual(Math.max(2, chars));
      },
    ),
  );
});

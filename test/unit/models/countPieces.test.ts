import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { countTokens as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as o200k } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { countPieces } from '../../../src/models/countPieces';

describe('countPieces', () => {
  it('hands over every character once, in pieces of bounded length, without splitting a character', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string({ unit: 'grapheme' }),
            fc.constantFrom('\n', ' ', 'word', '😀'.repeat(700), 'x'.repeat(3_000)),
          ),
          {
            maxLength: 12,
          },
        ),
        (parts) => {
          const text = parts.join('');
          const pieces: string[] = [];
          expect(countPieces(text, (piece) => pieces.push(piece) && piece.length)).toBe(text.length);
          expect(pieces.join('')).toBe(text);
          for (const piece of pieces) {
            expect(piece.length).toBeLessThanOrEqual(4_096);
            expect(piece).not.toBe('');
            // Throws for half a surrogate pair.
            encodeURIComponent(piece);
          }
        },
      ),
    );
  });

  it.each(['src/models/openaiModel.ts', 'node_modules/openai/client.js', 'node_modules/openai/CHANGELOG.md'])(
    'adds up to the count of the whole: %s',
    (path) => {
      const text = readFileSync(path, 'utf8');
      for (const count of [o200k, cl100k])
        expect(countPieces(text, (piece) => count(piece))).toBe(count(text));
    },
  );

  it('is off by a few tokens a piece at most where there is no place to cut', () => {
    const text = Array.from({ length: 20_000 }, (_, i) =>
      String.fromCharCode(0x4e00 + ((i * 7919) % 5_000)),
    ).join('');
    const whole = o200k(text);
    expect(Math.abs(countPieces(text, (piece) => o200k(piece)) - whole)).toBeLessThan(20);
  }, 30_000);

  it('counts runs that the tokenizer takes quadratic time for in a time that grows with the length', () => {
    const before = performance.now();
    countPieces(' '.repeat(400_000), (piece) => o200k(piece));
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});

import { applyPatch } from 'diff';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unifiedDiff } from '../../../src/tools/unifiedDiff';

it('is a unified diff without headers', () => {
  expect(unifiedDiff('a\nb\nc\n', 'a\nB\nc\n')).toBe('@@ -1,3 +1,3 @@\n a\n-b\n+B\n c');
  expect(unifiedDiff('same', 'same')).toBe('');
});

it('turns the one text into the other when applied', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', '', 'd\r')).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      fc.pre(before !== after);
      expect(applyPatch(before, `${unifiedDiff(before, after)}\n`, { autoConvertLineEndings: false })).toBe(
        after,
      );
    }),
  );
});

it('gives up on texts that share nothing, in bounded time', () => {
  const lines = (prefix: string) => Array.from({ length: 5000 }, (_, i) => `${prefix}${i}`).join('\n');
  expect(unifiedDiff(lines('a'), lines('b'))).toBe('(the text has changed throughout)');
});

it('shows all of a text that comes or goes, however long', () => {
  const text = Array.from({ length: 5000 }, (_, n) => `line ${n}\n`).join('');
  expect(unifiedDiff('', text).split('\n')).toHaveLength(5001);
  expect(unifiedDiff('', 'a\nb\n')).toBe('@@ -0,0 +1,2 @@\n+a\n+b');
  expect(unifiedDiff('a\nb', '')).toBe('@@ -1,2 +0,0 @@\n-a\n-b\n\\ No newline at end of file');
});

import { expect, it } from 'vitest';
import { signedLines } from '../../../src/tools/signedLines';

it.each([
  ['', []],
  ['a', ['+a']],
  ['a\nb\n', ['+a', '+b']],
  ['a\n\n', ['+a', '+']],
  ['\n', ['+']],
  ['KEY=1\r\nB=2\r\n', ['+KEY=1\r', '+B=2\r']],
  ['a\u2028b\rc', ['+a\u2028b\rc']],
])('has a sign before each line alone: %j', (text, lines) => {
  expect(signedLines('+', text)).toEqual(lines);
});

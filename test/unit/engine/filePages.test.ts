import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  filePageOf,
  numberedLine,
  rawRange,
  renderFilePage,
  splitLines,
} from '../../../src/engine/filePages';
import { sha256 } from '../../support/memoryPorts';

const text = fc
  .array(
    fc.tuple(
      fc.string({ maxLength: 20 }).map((s) => s.replace(/[\r\n]/g, '')),
      fc.constantFrom('\n', '\r\n'),
    ),
  )
  .chain((lines) =>
    fc.boolean().map((cut) => {
      const whole = lines.map(([line, end]) => line + end).join('');
      return cut ? whole.replace(/\r?\n$/, '') : whole;
    }),
  );

it('gives every byte back, whatever the line ends, with or without one at the end', () => {
  fc.assert(
    fc.property(text, (whole) => {
      const lines = splitLines(whole);
      expect(lines.join('')).toBe(whole);
      expect(rawRange(lines, { startLine: 1, endLine: lines.length })).toBe(whole);
    }),
  );
});

it('gives exactly the lines of a range', () => {
  const lines = splitLines('one\r\ntwo\n\nfour');
  expect(lines).toEqual(['one\r\n', 'two\n', '\n', 'four']);
  expect(rawRange(lines, { startLine: 2, endLine: 3 })).toBe('two\n\n');
  expect(rawRange(lines, { startLine: 4, endLine: 9 })).toBe('four');
  expect(splitLines('')).toEqual([]);
});

it('shows numbers, and says when a line was cut; never half a character', () => {
  expect(numberedLine('let x;\r\n', 7)).toBe('    7\tlet x;');
  const cut = numberedLine(`${'🦉'.repeat(1500)}a`, 123456);
  expect(cut).toContain('…[line cut: 3001 characters; page_in(');
  expect(cut.isWellFormed()).toBe(true);
  expect(numberedLine(`a${'🦉'.repeat(1500)}`, 1).isWellFormed()).toBe(true);
});

it('names a page by the bytes it holds, line ends included', () => {
  const snapshot = { path: 'a.ts', addressPath: 'p/a.ts', text: '', version: '1' };
  const page = (source: string) => filePageOf(snapshot, { startLine: 1, endLine: 1 }, sha256(source));
  expect(page('x\n').address).not.toBe(page('x\r\n').address);
  const shown = renderFilePage('p/a.ts', { startLine: 1, endLine: 1 }, 'x\n', sha256('x\n'), 'lines 1-1');
  expect(shown.address).toBe(page('x\n').address);
  expect(shown.text).toBe(`${shown.address} · lines 1-1\n    1\tx`);
});

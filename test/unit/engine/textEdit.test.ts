import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closestLines } from '../../../src/engine/closestLines';
import { rawRange, splitLines } from '../../../src/engine/filePages';
import { type EditedText, editText, survivingRanges } from '../../../src/engine/textEdit';

const one = (text: string, old: string, put: string, all = false) =>
  editText(text, [{ old, new: put, replaceAll: all }]);

function edited(text: string, old: string, put: string, all = false): EditedText {
  const result = one(text, old, put, all);
  if ('kind' in result) throw new Error(JSON.stringify(result));
  return result;
}

describe('editText', () => {
  it('replaces what occurs once', () => {
    expect(edited('one\ntwo\nthree\n', 'two', '2')).toEqual({
      text: 'one\n2\nthree\n',
      hunks: [{ startLine: 2, endLine: 2, lines: 1 }],
      tolerated: [],
    });
  });

  it('names the lines where it occurs more than once, also when the places overlap', () => {
    expect(one('x\nab\nab\n', 'ab', 'c')).toMatchObject({ kind: 'ambiguous', lines: [2, 3], exact: true });
    expect(one('aaa', 'aa', 'c')).toMatchObject({ kind: 'ambiguous', lines: [1, 1] });
    expect(one('x', 'y', 'z')).toEqual({ kind: 'notFound', edit: 0 });
  });

  it('keeps the line ends of the lines it replaces', () => {
    expect(edited('a\r\nb\r\nc\r\n', 'a\nb\n', 'A\nB\nB2\n').text).toBe('A\r\nB\r\nB2\r\nc\r\n');
    expect(edited('a\r\nb\r\nc\r\n', 'b', 'B\nB2').text).toBe('a\r\nB\r\nB2\r\nc\r\n');
    expect(edited('a\nb\r\nc\n', 'c', 'C\nD').text).toBe('a\nb\r\nC\nD\n');
    expect(edited('a\nb\n', 'b\r\n', 'B\r\n').text).toBe('a\nB\n');
    expect(edited('a\r\nb', 'b', 'B\nC').text).toBe('a\r\nB\r\nC');
  });

  it('forgives a line end too many at the end of the file', () => {
    expect(edited('a\nb', 'b\n', 'B\n')).toEqual({
      text: 'a\nB',
      hunks: [{ startLine: 2, endLine: 2, lines: 1 }],
      tolerated: [],
    });
    expect(one('ab\nb', 'a\n', 'x')).toEqual({ kind: 'notFound', edit: 0 });
  });

  it('counts the line that is joined to the replaced one', () => {
    expect(edited('a\nb\nc\n', 'a\n', 'A').hunks).toEqual([{ startLine: 1, endLine: 2, lines: 1 }]);
    expect(edited('a\nb\nc\n', 'b\n', '').hunks).toEqual([{ startLine: 2, endLine: 2, lines: 0 }]);
    expect(edited('a x\nx\nz\nw\n', 'x\n', '', true).hunks).toEqual([{ startLine: 1, endLine: 3, lines: 1 }]);
  });

  it('leaves all other lines as they are and says where they are now', () => {
    const line = fc.constantFrom('a', 'b', 'ab', '', 'c d');
    const text = fc
      .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
      .map(([lines, eol, ended]) => lines.join(eol) + (ended ? eol : ''));
    const part = fc
      .array(fc.constantFrom('a', 'b', '\n', 'c'), { maxLength: 4 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        text,
        part.filter((old) => old !== ''),
        part,
        fc.boolean(),
        (before, old, put, all) => {
          const result = editText(before, [{ old, new: put, replaceAll: all }]);
          if ('kind' in result) return;
          const [linesBefore, linesAfter] = [splitLines(before), splitLines(result.text)];
          const whole = { startLine: 1, endLine: linesBefore.length };
          for (const { startLine, endLine, shift } of survivingRanges(whole, result.hunks)) {
            const moved = { startLine: startLine + shift, endLine: endLine + shift };
            expect(rawRange(linesAfter, moved)).toBe(rawRange(linesBefore, { startLine, endLine }));
          }
          const shift = result.hunks.reduce((sum, h) => sum + h.lines - (h.endLine - h.startLine + 1), 0);
          expect(linesAfter.length).toBe(linesBefore.length + shift);
          if (!before.includes('\r'))
            expect(all ? before.replaceAll(old, () => put) : before.replace(old, () => put)).toSatisfy(
              (simple: string) => simple === result.text || !before.includes(old),
            );
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('survivingRanges', () => {
  it('cuts a range around the hunks', () => {
    const hunks = [
      { startLine: 3, endLine: 4, lines: 5 },
      { startLine: 8, endLine: 8, lines: 0 },
    ];
    expect(survivingRanges({ startLine: 1, endLine: 9 }, hunks)).toEqual([
      { startLine: 1, endLine: 2, shift: 0 },
      { startLine: 5, endLine: 7, shift: 3 },
      { startLine: 9, endLine: 9, shift: 2 },
    ]);
    expect(survivingRanges({ startLine: 5, endLine: 6 }, hunks)).toEqual([
      { startLine: 5, endLine: 6, shift: 3 },
    ]);
    expect(survivingRanges({ startLine: 3, endLine: 4 }, hunks)).toEqual([]);
  });
});

describe('closestLines', () => {
  const lines = ['import x\n', 'export function retry(times: number) {\n', '  return times + 1;\n', '}\n'];
  it('lays the wanted lines out around the one that says most', () => {
    const wanted = '\nexport function retry(count: number) {\n  return count;\n}';
    expect(closestLines(lines, wanted)).toEqual({ startLine: 1, endLine: 4 });
    expect(closestLines(lines, 'return times + 2;\n')).toEqual({ startLine: 3, endLine: 3 });
    expect(closestLines(lines, 'nothing of the kind')).toBeUndefined();
    expect(closestLines(lines, '\n\n')).toBeUndefined();
  });
});

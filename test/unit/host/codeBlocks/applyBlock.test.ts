import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyBlock } from '../../../../src/host/codeBlocks/applyBlock';

const file = `import { b } from './b';

export class A {
  one() {
    return b(1);
  }

  two() {
    if (b) {
      return 2;
    }
    return b(2);
  }
}
`;

const textOf = (block: string, of = file) => {
  const applied = applyBlock(of, block);
  return applied.ok ? applied.text : applied.reason;
};

describe('applyBlock', () => {
  it('replaces the part that the block begins and ends like, whatever its indentation', () => {
    const block = 'two() {\n  if (b) {\n    return 3;\n  }\n  return b(3);\n}';
    expect(textOf(block)).toBe(file.replace('return 2;', 'return 3;').replace('b(2)', 'b(3)'));
  });

  it('ends where the part is first closed', () => {
    expect(textOf('  one() {\n    return 1;\n  }')).toBe(file.replace('b(1)', '1'));
  });

  it('replaces all of a file that the block begins and ends like', () => {
    const block = file.replace('return 2;', 'return 4;').replace("'./b'", "'./b'");
    expect(textOf(block)).toBe(block);
  });

  it('keeps line ends', () => {
    const windows = file.replaceAll('\n', '\r\n');
    expect(textOf('one() {\n  return 1;\n}', windows)).toBe(windows.replace('b(1)', '1'));
  });

  it('takes a spread for code, not for something left out', () => {
    expect(textOf('one() {\n  return { ...rest };\n}')).toContain('...rest');
    expect(textOf('one() {\n  return {\n    ...rest,\n  };\n}')).toContain('    ...rest,');
  });

  it('fills an empty file', () => {
    expect(textOf('a\nb\n', '\n')).toBe('a\nb\n');
  });

  it.each([
    ['three() {\n  return 3;\n}', 'no line “three() {”'],
    ['one() {\n  return 1;\n];', 'no line “];”'],
    ['one() {\n  // ... existing code\n}', 'leaves something out'],
    ['one() {\n  …\n}', 'leaves something out'],
    ['}', 'several places'],
    ['  one() {\n    return b(1);\n  }', 'says this already'],
    ['', 'empty'],
    ["import { b } from './b';\n\nconst x = 1;\n}", 'take away'],
  ])('refuses %j: %s', (block, reason) => {
    const applied = applyBlock(file, block);
    expect(applied).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });

  it('changes no line outside the part, wherever that is and however it is indented', () => {
    const line = fc.stringMatching(/^[a-z]{1,6}$/);
    const body = fc.array(line, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(body, body, body, fc.nat(4), (before, inside, after, indent) => {
        const pad = ' '.repeat(indent);
        const part = ['BEGIN', ...inside.map((text) => `  ${text}`), 'END'];
        const lines = [...before, ...part.map((text) => pad + text), ...after];
        const changed = [...part.slice(0, -1), '  added', 'END'];
        const applied = applyBlock(lines.join('\n'), changed.join('\n'));
        expect(applied.ok && applied.text.split('\n')).toEqual([
          ...before,
          ...changed.map((text) => pad + text),
          ...after,
        ]);
      }),
    );
  });
});

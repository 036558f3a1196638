import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mentionsIn, pathToken } from '../../../../src/host/mentions/mentionTokens';

describe('mentionsIn', () => {
  it.each([
    ['see @src/a.ts', { kind: 'path', path: 'src/a.ts' }],
    ['@src/a.ts:10-20 is odd', { kind: 'path', path: 'src/a.ts', startLine: 10, endLine: 20 }],
    ['(@src/a.ts:7).', { kind: 'path', path: 'src/a.ts', startLine: 7, endLine: 7 }],
    ['Is it @src/a.ts?', { kind: 'path', path: 'src/a.ts' }],
    ['all of @src/host/, please', { kind: 'path', path: 'src/host/' }],
    ['@"my file.md":3-4!', { kind: 'path', path: 'my file.md', startLine: 3, endLine: 4 }],
    ['@"problems"', { kind: 'path', path: 'problems' }],
    ['@problems and more', { kind: 'problems' }],
    ['@note:ab12.', { kind: 'note', id: 'ab12' }],
    ['@chat:20261121-a1b2c3', { kind: 'chat', id: '20261121-a1b2c3' }],
  ])('reads %s', (text, target) => {
    expect(mentionsIn(text).map((mention) => mention.target)).toEqual([target]);
  });

  it.each(['me@example.com', 'a lone @ sign', '`@Input() name`', 'user/@scope', 'nothing'])(
    'finds none in %s',
    (text) => {
      expect(mentionsIn(text)).toEqual([]);
    },
  );

  it('leaves blocks of code alone', () => {
    const text = 'Why @a?\n\n```ts\n@Input() x;\n// @problems\n````\nAnd @b?\n~~~\n@c ```';
    expect(mentionsIn(text).map(({ token }) => token)).toEqual(['@a', '@b']);
  });

  it('takes no line for the beginning of a block that begins with code of its own', () => {
    const text = '```npm test``` fails, look at @src/a.ts\nand @src/b.ts please';
    expect(mentionsIn(text).map(({ token }) => token)).toEqual(['@src/a.ts', '@src/b.ts']);
  });

  it('ends a block with a fence of its own kind that is long enough', () => {
    const text = '````md\n```\n@c\n````~\n@d\n`````\n@a\r\n~~~ a`b\r\n@e\r\n```\r\n~~~~ \r\n@b';
    expect(mentionsIn(text).map(({ token }) => token)).toEqual(['@a', '@b']);
  });

  it('names each once, in order', () => {
    expect(mentionsIn('@b @a @b').map(({ token }) => token)).toEqual(['@b', '@a']);
  });
});

describe('pathToken', () => {
  it.each([
    ['@src/a.ts', 'src/a.ts', undefined, undefined],
    ['@src/a.ts:3-9', 'src/a.ts', 3, 9],
    ['@"my file.md":3', 'my file.md', 3, undefined],
    ['@"problems."', 'problems.', undefined, undefined],
  ])('writes %s', (token, path, startLine, endLine) => {
    expect(pathToken(path, startLine, endLine)).toBe(token);
  });

  it('is read as the path it was made of, wherever it stands', () => {
    const names = fc.stringMatching(/^[A-Za-z0-9 ._()'$,-]{1,12}$/).filter((name) => name.trim() === name);
    const paths = fc.array(names, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(paths, fc.option(fc.integer({ min: 1, max: 999 })), (path, line) => {
        const token = pathToken(path, line ?? undefined, line ?? undefined);
        const place = line ? { startLine: line, endLine: line } : {};
        expect(mentionsIn(`Look at ${token}, it is odd.`)).toEqual([
          { token, target: { kind: 'path', path, ...place } },
        ]);
      }),
    );
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globPattern, pathPattern } from '../../../../src/disk/query/pathPattern';
import { globMatcher } from '../../../../src/tools/globMatcher';

const matches = ({ source, excluded }: ReturnType<typeof pathPattern>, path: string) =>
  new RegExp(source, 'iu').test(path) !== excluded;

describe('pathPattern', () => {
  it('takes a part of a path, its beginning, or a glob', () => {
    for (const [value, path, wanted] of [
      ['disk/', 'src/disk/Page.ts', true],
      ['DISK', 'src/disk/Page.ts', true],
      ['/src', 'src/disk/Page.ts', true],
      ['./src', 'lib/src/a.ts', false],
      ['/disk', 'src/disk/Page.ts', false],
      ['a.ts', 'src/aats', false],
      ['*.ts', 'src/disk/Page.ts', true],
      ['src/*.ts', 'src/disk/Page.ts', false],
      ['src/**/*.{js,ts}', 'src/disk/Page.ts', true],
      ['src\\disk', 'src/disk/Page.ts', true],
      ['c++/(x)', 'c++/(x).h', true],
    ] as const)
      expect([value, path, matches(pathPattern(value), path)]).toEqual([value, path, wanted]);
  });
});

describe('globPattern', () => {
  it('agrees with the matcher of the other functions', () => {
    const name = fc.constantFrom('src', 'a', 'ab', 'b.ts', 'a.ts', 'test', '.git', 'x-y', 'A');
    const segment = fc.oneof(
      name,
      fc.constantFrom('*', '**', '*.ts', '?', 'a*', '*b*', '{a,b.ts}', '[ab]', '[!a]b'),
    );
    const glob = fc
      .tuple(
        fc.constantFrom('', '/', '!', './'),
        fc.array(segment, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
      )
      .map(([start, segments, folder]) => `${start}${segments.join('/')}${folder ? '/' : ''}`);
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
    fc.assert(
      fc.property(glob, path, (pattern, file) => {
        expect(matches(globPattern(pattern), file)).toBe(globMatcher(pattern)([file]));
      }),
      { numRuns: 3000 },
    );
  });
});

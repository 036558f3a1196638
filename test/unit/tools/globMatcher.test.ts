import { expect, it } from 'vitest';
import { globMatcher } from '../../../src/tools/globMatcher';

it.each([
  ['*.ts', ['a.ts', 'src/deep/b.ts'], ['a.tsx', 'ts']],
  ['src/**/*.ts', ['src/a.ts', 'src/x/y/b.ts'], ['lib/src/a.ts', 'a.ts']],
  ['./src/*.ts', ['src/a.ts'], ['src/x/a.ts', 'lib/src/a.ts']],
  ['**/*.{ts,tsx}', ['a.ts', 'x/b.tsx'], ['c.js']],
  ['{src,test}/{a,b{1,2}}.ts', ['src/a.ts', 'test/b2.ts'], ['src/b.ts', 'src/b12.ts']],
  ['src/', ['src/a.ts', 'src/x/b'], ['srcs/a.ts']],
  ['src', ['src/a.ts'], ['srcs']],
  ['!*.test.ts', ['a.ts', 'b.js'], ['x/a.test.ts']],
  ['*.{ts', ['a.{ts'], ['a.ts']],
])('%s', (glob, wanted, unwanted) => {
  const wants = globMatcher(glob);
  const matches = (path: string) => wants([path]);
  expect(wanted.filter((path) => !matches(path))).toEqual([]);
  expect(unwanted.filter(matches)).toEqual([]);
});

it('takes any of the names of a file', () => {
  expect(globMatcher('lib/**')(['a.ts', 'lib/a.ts'])).toBe(true);
  expect(globMatcher('!lib/**')(['a.ts', 'lib/a.ts'])).toBe(false);
  expect(globMatcher('!lib/**')(['a.ts', 'app/a.ts'])).toBe(true);
});

import { describe, expect, it } from 'vitest';
import { placeOfCode, placeOfHref } from '../../../src/webview/markdown/fileLinks';

describe('placeOfHref', () => {
  it.each([
    ['src/a.ts#L10-L20', { path: 'src/a.ts', startLine: 10, endLine: 20 }],
    ['src/a.ts#L10-20', { path: 'src/a.ts', startLine: 10, endLine: 20 }],
    ['src/a.ts#L10', { path: 'src/a.ts', startLine: 10 }],
    ['src/a.ts#L10C3-L12C1', { path: 'src/a.ts', startLine: 10, endLine: 12 }],
    ['./src/a.ts:10-20', { path: 'src/a.ts', startLine: 10, endLine: 20 }],
    ['src/a.ts:10', { path: 'src/a.ts', startLine: 10 }],
    ['my%20file%23.md', { path: 'my file#.md' }],
    ['docs/100%.md', { path: 'docs/100%.md' }],
    ['README.md', { path: 'README.md' }],
    ['README.md#usage', { path: 'README.md' }],
    ['src/c#sharp.ts#L3-L4', { path: 'src/c#sharp.ts', startLine: 3, endLine: 4 }],
    ['src/c#sharp.ts:3', { path: 'src/c#sharp.ts', startLine: 3 }],
    ['src/a.ts#L20-L10', { path: 'src/a.ts', startLine: 20 }],
  ])('reads %s', (href, place) => {
    expect(placeOfHref(href)).toEqual(place);
  });

  it.each([
    'https://example.com/a.ts#L1',
    'command:workbench.action.quit',
    'command%3Aworkbench.action.quit',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'vscode://x/y',
    '//host/share/a.ts',
    '%5C%5Chost/share',
    '#heading',
    '',
  ])('refuses %s', (href) => {
    expect(placeOfHref(href)).toBeUndefined();
  });
});

describe('placeOfCode', () => {
  it.each([
    ['src/a.ts:10-20', { path: 'src/a.ts', startLine: 10, endLine: 20 }],
    ['a.test.tsx:7', { path: 'a.test.tsx', startLine: 7 }],
    ['app/[id]/page.tsx:7', { path: 'app/[id]/page.tsx', startLine: 7 }],
    ['.github/ci.yml:3', { path: '.github/ci.yml', startLine: 3 }],
  ])('reads %s', (code, place) => {
    expect(placeOfCode(code)).toEqual(place);
  });

  it.each(['src/a.ts', '127.0.0.1:8080', 'a ? b : 10', 'https://x.org:80', 'localhost:3000', 'x.y:z'])(
    'leaves %s alone',
    (code) => {
      expect(placeOfCode(code)).toBeUndefined();
    },
  );
});

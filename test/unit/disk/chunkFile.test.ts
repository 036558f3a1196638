import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Parsers } from '../../../src/disk/Parsers';
import { expectExact, pagesOf, plain } from '../../support/pagesOf';
import { grammars, parsers, testParsers } from '../../support/testParsers';

testParsers();

const chunk = (content: string | Uint8Array, language: string, using: Parsers = parsers) =>
  pagesOf(content, language, using);

async function symbolsOf(text: string, language: string): Promise<string[]> {
  const { pages } = await chunk(text, language);
  return pages.flatMap((page) => [page.symbol, ...page.names]);
}

/** A function long enough to need a page of its own. */
const body = (lines: number, line = '    call_something_with(argument_number_one, argument_number_two)') =>
  new Array<string>(lines).fill(line).join('\n');

describe('chunkFile', { timeout: 30_000 }, () => {
  it('gives each method of a big class a page with its symbol path', async () => {
    const method = (name: string) => `  /** About ${name}. */\n  ${name}(): void {\n${body(16)};\n  }\n`;
    const text = `import a from 'a';\n\nexport class Queue {\n${method('flush')}\n${method('evict')}}\n`;
    const { pages } = await chunk(text, 'typescript');
    expectExact(pages, text);
    const evict = pages.find((page) => page.symbol === 'Queue.evict');
    expect(evict?.text).toContain('About evict');
    expect(pages.some((page) => page.symbol.startsWith('Queue.Queue'))).toBe(false);
  });

  it('merges small neighbours into one page that names them all', async () => {
    const { pages } = await chunk('def first():\n    pass\n\n\ndef second():\n    pass\n', 'python');
    expect(pages).toHaveLength(1);
    expect(pages[0]?.names).toEqual(['first', 'second']);
  });

  it('splits a function that is too long, keeping its name on every part', async () => {
    const text = `def long():\n${body(120)}\n`;
    const { pages } = await chunk(text, 'python');
    expectExact(pages, text);
    expect(pages.length).toBeGreaterThan(3);
    expect(new Set(pages.map((page) => page.symbol))).toEqual(new Set(['long']));
  });

  it.each([
    ['javascript', 'const flush = () => 1;\nfunction evict() {}', ['flush', 'evict']],
    [
      'typescriptreact',
      'export const View = () => <div/>;\ninterface Props { a: string }',
      ['View', 'Props'],
    ],
    ['go', 'package a\n\ntype Site struct{}\n\nfunc (s *Site) Render() {}\n', ['Site', 'Site.Render']],
    ['rust', 'struct Site;\nimpl Site {\n  fn render(&self) {}\n}\n', ['Site', 'render']],
    ['java', 'class Site {\n  void render() {}\n}\n', ['Site', 'render']],
    ['csharp', 'namespace N { class Site { void Render() {} } }', ['Site', 'Render']],
    ['cpp', 'class Site { };\nint Site::render(int a) { return a; }\n', ['Site', 'Site::render']],
    ['php', '<?php\nclass Site { function render() {} }\n', ['Site', 'render']],
    ['ruby', 'class Site\n  def render\n  end\nend\n', ['Site', 'render']],
    ['shellscript', 'render() {\n  echo\n}\n', ['render']],
    ['powershell', 'function Get-Site {\n  1\n}\n', ['Get-Site']],
    ['markdown', '# Site\n\ntext\n\n## Render\n\ntext\n', ['Site', 'Render']],
  ])('names what %s defines', async (language, text, names) => {
    expect(await symbolsOf(text, language)).toEqual(expect.arrayContaining(names));
  });

  it('takes Markdown headings in code for code', async () => {
    const names = await symbolsOf('# Use\n\n```sh\n# not a heading\n```\n', 'markdown');
    expect(names).toContain('Use');
    expect(names).not.toContain('not a heading');
  });

  it('falls back to lines without a grammar folder, and says so', async () => {
    const text = `function a() {\n${body(60)}\n}\n`;
    const { pages, parse } = await chunk(text, 'javascript', new Parsers(join(grammars, 'missing')));
    expect(parse).toBe('fallback');
    expect(pages.length).toBeGreaterThan(1);
    expectExact(pages, text);
    expect((await chunk(text, 'javascript')).parse).toBe('syntax');
    expect((await chunk(text, 'plaintext')).parse).toBe('lines');
  });

  it('has no pages for a file without bytes, one for a file of blanks', async () => {
    expect((await chunk('', 'typescript')).pages).toEqual([]);
    for (const text of [' \n\n', '\ufeff', '\r\n']) {
      const { pages } = await chunk(text, 'typescript');
      expect(pages).toHaveLength(1);
      expectExact(pages, text);
    }
  });

  it('cuts a line of a megabyte inside, at most a page long, and says where', async () => {
    const text = `let b;\nconst a = "${'x'.repeat(1_000_000)}";\n`;
    const { pages } = await chunk(text, 'javascript');
    expectExact(pages, text);
    expect(pages.at(-1)).toMatchObject({ startLine: 2, endLine: 2 });
    expect(new Set(pages.map((page) => `${page.startLine}.${page.startColumn}`)).size).toBe(pages.length);
  });

  it('never cuts inside a character', async () => {
    const text = '\u{1f600}'.repeat(5000);
    const { pages } = await chunk(text, 'plaintext');
    expectExact(pages, text);
    expect(pages.map((page) => page.text).join('')).toBe(text);
  });

  it.each(['utf-16le', 'utf-16be'])('knows the bytes of a page in %s', async (encoding) => {
    const text = `class A {\r\n${body(40, '  é: "\u{1f600}";')}\r\n}\r\n${'ü'.repeat(3000)}`;
    const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
    if (encoding === 'utf-16be') bytes.swap16();
    const { pages } = await chunk(bytes, 'typescript');
    expectExact(pages, bytes);
    const decoder = new TextDecoder(encoding);
    for (const page of pages) {
      expect(plain(decoder.decode(bytes.subarray(page.startByte, page.endByte)))).toBe(plain(page.text));
    }
  });

  it('cuts deep nesting without running out of stack', async () => {
    const text = `const a = ${'[\n'.repeat(3000)}1${'\n]'.repeat(3000)};\n`;
    expectExact((await chunk(text, 'typescript')).pages, text);
  });

  const languages = fc.constantFrom(
    'typescript',
    'python',
    'markdown',
    'rust',
    'css',
    'json',
    'yaml',
    'toml',
    'sql',
    'dockerfile',
    'html',
    'vue',
    'svelte',
    'jupyter',
    'c',
    'plaintext',
  );

  it('puts every byte on exactly one page, whatever the text', async () => {
    const pieces = fc.constantFrom(
      'class A {',
      '}',
      '  method() { return 1; }',
      'function f(a, b) {',
      '# heading',
      '## heading two',
      '```',
      '/* a comment',
      '*/',
      '',
      'def g():',
      '    return "text"',
      `x = ${'y + '.repeat(80)}1`,
      `"${'z'.repeat(2000)}"`,
      `'${'é'.repeat(1200)}'`,
      '\r',
      'fn main() {',
      '{ "a": [1, 2, 3] }',
      '  "key": {',
      '  },',
      'key:',
      '  - name: item',
      '[table]',
      'FROM base AS stage',
      "create table a (b text default ';');",
      '$$',
      '<script lang="ts">',
      '</script>',
      '<template>',
      '</template>',
      '{"cells": [{"cell_type": "code", "source": ["def f():\\n", "  pass"]}]}',
    );
    const text = fc.tuple(
      fc.constantFrom('', '\ufeff'),
      fc.array(pieces, { minLength: 1, maxLength: 120 }),
      fc.constantFrom('\n', '\r\n', '\r'),
    );
    await fc.assert(
      fc.asyncProperty(text, languages, async ([mark, lines, separator], name) => {
        const content = mark + lines.join(separator);
        expectExact((await chunk(content, name)).pages, content);
      }),
      { numRuns: 300 },
    );
    expect(parsers.damaged).toBe(false);
  });

  it('puts every byte on exactly one page, whatever the bytes', async () => {
    const byte = fc.oneof(
      fc.integer({ min: 1, max: 255 }),
      fc.constantFrom(0x0a, 0x0d, 0x20, 0x7b, 0x7d, 0x80, 0xbf, 0xc3, 0xe2, 0xf0, 0x90, 0xed, 0xa0),
    );
    const runs = fc
      .array(fc.tuple(fc.array(byte, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 200 })), {
        maxLength: 20,
      })
      .map((parts) =>
        Buffer.concat(parts.map(([part, times]) => Buffer.concat(Array(times).fill(Buffer.from(part))))),
      );
    const marks = fc
      .constantFrom([], [0xef, 0xbb, 0xbf], [0xff, 0xfe], [0xfe, 0xff])
      .map((mark) => Buffer.from(mark));
    await fc.assert(
      fc.asyncProperty(marks, runs, languages, async (mark, content, name) => {
        const bytes = Buffer.concat([mark, content]);
        expectExact((await chunk(bytes, name)).pages, bytes);
      }),
      { numRuns: 200 },
    );
    expect(parsers.damaged).toBe(false);
  });
});

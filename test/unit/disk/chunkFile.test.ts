import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunkFile } from '../../../src/disk/chunkFile';
import type { SourcePage } from '../../../src/disk/Page';
import { Parsers } from '../../../src/disk/Parsers';

const modules = resolve(import.meta.dirname, '../../../node_modules');
let grammars: string;
let parsers: Parsers;

beforeAll(() => {
  grammars = mkdtempSync(join(tmpdir(), 'vctx-grammars-'));
  copyFileSync(join(modules, 'web-tree-sitter/tree-sitter.wasm'), join(grammars, 'tree-sitter.wasm'));
  const wasm = join(modules, '@vscode/tree-sitter-wasm/wasm');
  for (const name of readdirSync(wasm).filter((file) => /^tree-sitter-.*\.wasm$/.test(file))) {
    copyFileSync(join(wasm, name), join(grammars, name));
  }
  parsers = new Parsers(grammars);
});

afterAll(() => rmSync(grammars, { recursive: true, force: true }));

function expectCovered(pages: readonly SourcePage[], lines: number): void {
  let next = 1;
  for (const page of pages) {
    expect(page.startLine).toBe(next);
    expect(page.endLine).toBeGreaterThanOrEqual(page.startLine);
    next = page.endLine + 1;
  }
  expect(next - 1).toBe(lines);
}

async function symbolsOf(text: string, language: string): Promise<string[]> {
  const { pages } = await chunkFile(text, language, parsers);
  return pages.flatMap((page) => [page.symbol, ...page.names]);
}

/** A function long enough to need a page of its own. */
const body = (lines: number, line = '    call_something_with(argument_number_one, argument_number_two)') =>
  new Array<string>(lines).fill(line).join('\n');

describe('chunkFile', () => {
  it('gives each method of a big class a page with its symbol path', async () => {
    const method = (name: string) => `  /** About ${name}. */\n  ${name}(): void {\n${body(16)};\n  }\n`;
    const text = `import a from 'a';\n\nexport class Queue {\n${method('flush')}\n${method('evict')}}\n`;
    const { pages, source } = await chunkFile(text, 'typescript', parsers);
    expectCovered(pages, source.lineCount);
    const evict = pages.find((page) => page.symbol === 'Queue.evict');
    expect(source.slice(evict?.startLine ?? 0, evict?.endLine ?? 0)).toContain('About evict');
    expect(pages.some((page) => page.symbol.startsWith('Queue.Queue'))).toBe(false);
  });

  it('merges small neighbours into one page that names them all', async () => {
    const { pages } = await chunkFile(
      'def first():\n    pass\n\n\ndef second():\n    pass\n',
      'python',
      parsers,
    );
    expect(pages).toHaveLength(1);
    expect(pages[0]?.names).toEqual(['first', 'second']);
  });

  it('splits a function that is too long, keeping its name on every part', async () => {
    const { pages, source } = await chunkFile(`def long():\n${body(120)}\n`, 'python', parsers);
    expectCovered(pages, source.lineCount);
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

  it('falls back to lines without a grammar folder', async () => {
    const text = `function a() {\n${body(60)}\n}\n`;
    const { pages, source } = await chunkFile(text, 'javascript', new Parsers(join(grammars, 'missing')));
    expect(pages.length).toBeGreaterThan(1);
    expectCovered(pages, source.lineCount);
  });

  it('has no pages for a file without text', async () => {
    expect((await chunkFile(' \n\n', 'typescript', parsers)).pages).toEqual([]);
  });

  it('keeps a line of a megabyte on one page', async () => {
    const { pages } = await chunkFile(
      `const a = "${'x'.repeat(1_000_000)}";\nlet b;\n`,
      'javascript',
      parsers,
    );
    expectCovered(pages, 2);
  });

  it('cuts deep nesting without running out of stack', async () => {
    const text = `const a = ${'[\n'.repeat(3000)}1${'\n]'.repeat(3000)};\n`;
    const { pages, source } = await chunkFile(text, 'typescript', parsers);
    expectCovered(pages, source.lineCount);
  });

  it('puts every line on exactly one page, whatever the text', async () => {
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
      '\r',
      'fn main() {',
      '{ "a": [1, 2, 3] }',
    );
    const text = fc.tuple(fc.array(pieces, { minLength: 1, maxLength: 120 }), fc.constantFrom('\n', '\r\n'));
    const language = fc.constantFrom(
      'typescript',
      'python',
      'markdown',
      'rust',
      'css',
      'json',
      'cpp',
      'plaintext',
    );
    await fc.assert(
      fc.asyncProperty(text, language, async ([lines, separator], name) => {
        const { pages, source } = await chunkFile(lines.join(separator), name, parsers);
        if (lines.join('').trim() === '') expect(pages).toEqual([]);
        else expectCovered(pages, source.lineCount);
      }),
      { numRuns: 200 },
    );
    expect(parsers.damaged).toBe(false);
  });
});

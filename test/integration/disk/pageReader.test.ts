import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { PageReader } from '../../../src/disk/PageReader';
import { grammarFolder } from '../../support/grammarFolder';

const maxFileBytes = 1024 * 1024;
let grammars: string;
let root: string;
let reader: PageReader;

beforeEach(() => {
  grammars = grammarFolder();
  root = mkdtempSync(join(tmpdir(), 'vctx-pages-'));
  reader = new PageReader(join(inject('dist'), 'indexWorker.js'), grammars);
});

afterEach(() => {
  reader.stop();
  for (const folder of [grammars, root]) rmSync(folder, { recursive: true, force: true });
});

async function read(files: Readonly<Record<string, string>>) {
  for (const [rel, text] of Object.entries(files)) writeFileSync(join(root, rel), text);
  const requests = Object.keys(files).map((rel) => ({ root, rel, maxFileBytes }));
  const { results, bytes } = await reader.read(requests);
  const pages = bytes.flatMap((part) =>
    tableFromIPC(part.pages)
      .toArray()
      .map((row) => String(row.rel)),
  );
  return {
    parses: results.map((result) => (result.state === 'indexed' ? result.parse : result.state)),
    pages,
  };
}

/** Makes the largest function of a grammar, its lexer, trap at once. */
function breakGrammar(file: string): void {
  const wasm = readFileSync(file);
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < wasm.length) {
    const section = wasm[at++];
    const end = number() + at;
    if (section === 10) {
      let largest = { start: 0, size: 0 };
      for (let left = number(); left > 0; left--) {
        const size = number();
        if (size > largest.size) largest = { start: at, size };
        at += size;
      }
      // No locals, `unreachable` throughout, `end`.
      wasm.fill(0, largest.start, largest.start + largest.size - 1);
      wasm[largest.start + largest.size - 1] = 0x0b;
    }
    at = end;
  }
  writeFileSync(file, wasm);
}

describe('PageReader', () => {
  it('cuts the file at which a grammar crashes by lines, and the others along their syntax', async () => {
    breakGrammar(join(grammars, 'tree-sitter-python.wasm'));
    const { parses, pages } = await read({
      'a.ts': 'function a() {}\n',
      'b.py': 'def b():\n    pass\n',
      'c.ts': 'function c() {}\n',
      'd.py': 'def d():\n    pass\n',
      'e.md': '# e\n',
      'f.ts': 'function f() {}\n',
    });
    expect(parses).toEqual(['syntax', 'fallback', 'syntax', 'fallback', 'syntax', 'syntax']);
    expect(pages).toEqual(['a.ts', 'b.py', 'c.ts', 'd.py', 'e.md', 'f.ts']);
  });

  it('takes notebooks whatever their pictures; these have no terms', async () => {
    const cell = {
      cell_type: 'code',
      source: ['def train():\n', '  pass'],
      outputs: [{ png: 'iVBO'.repeat(20_000) }],
    };
    writeFileSync(join(root, 'a.ipynb'), JSON.stringify({ cells: [cell] }, null, 1));
    const { bytes } = await reader.read([{ root, rel: 'a.ipynb', maxFileBytes }]);
    const pages = bytes.flatMap((part) => tableFromIPC(part.pages).toArray());
    expect(pages.length).toBeGreaterThan(50);
    expect(pages.some((page) => String(page.toks).split(' ').includes('train'))).toBe(true);
    expect(pages.some((page) => String(page.toks).includes('ivbo'))).toBe(false);
  });

  it('does without a grammar that cannot be loaded', async () => {
    writeFileSync(join(grammars, 'tree-sitter-go.wasm'), 'no wasm');
    const { parses } = await read({ 'a.go': 'package a\n', 'b.ts': 'let b;\n', 'c.txt': 'c\n' });
    expect(parses).toEqual(['fallback', 'syntax', 'lines']);
  });
});

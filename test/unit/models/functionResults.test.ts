import { describe, expect, it } from 'vitest';
import { renderFilePage } from '../../../src/engine/filePages';
import type { CodeHit } from '../../../src/engine/ports';
import { grepHits, recalledMessages, searchHits, shownLines } from '../../../src/models/functionResults';
import { recallSearch } from '../../../src/tools/recallSearch';
import { searchWorkspace } from '../../../src/tools/searchWorkspace';
import { fakeContext } from '../tools/fakeContext';

const hit = (path: string, startLine: number, endLine: number, symbol = ''): CodeHit => ({
  path,
  startLine,
  endLine,
  symbol,
  language: 'ts',
  score: 7.1,
  text: '1. not/a/hit.ts:3-4 in a snippet\nconst other = 2;',
  hash: '',
  generation: 1,
  snippet: [{ line: startLine, text: '1. not/a/hit.ts:3-4 in a snippet', ranges: [] }],
});

describe('results as the functions write them', () => {
  it('reads search hits, not their snippets', async () => {
    const { context, world } = fakeContext();
    world.code.push(hit('src/a b.ts', 10, 42, 'Queue.flush'), hit('docs/[id].md', 3, 3));
    world.resident.add('docs/[id].md:3-3');
    const { text } = await searchWorkspace.run({ query: 'snippet' }, context);
    expect(text).toContain('not/a/hit.ts');
    expect(searchHits(text)).toEqual([
      { path: 'src/a b.ts', startLine: 10, endLine: 42 },
      { path: 'docs/[id].md', startLine: 3, endLine: 3 },
    ]);
  });

  it('reads recalled messages', async () => {
    const { context, world } = fakeContext();
    world.messages.push(
      { id: 'msg:s0/4', session: 's0', seq: 4, time: 0, role: 'user', text: 'The port\nis 8080.' },
      { id: 'imported-7', session: 's0', seq: 7, time: 0, role: 'tool', name: 'grep', text: 'port: 8080' },
    );
    const { text } = await recallSearch.run({ query: 'port' }, context);
    expect(recalledMessages(`[tool:s1/2 · 40 tokens]\n${text}`)).toEqual([
      { heading: 'msg:s0/4 1970-01-01 00:00Z user', text: 'The port is 8080.' },
      { heading: 'imported-7 1970-01-01 00:00Z tool grep', text: 'port: 8080' },
    ]);
    world.messages.length = 0;
    expect(recalledMessages((await recallSearch.run({ query: 'port' }, context)).text)).toEqual([]);
  });

  it('reads numbered lines of file pages', () => {
    const { text } = renderFilePage(
      'proj/src/a.ts',
      { startLine: 9, endLine: 10 },
      'if (x) {\r\n\t12\tb\n',
      'ab'.repeat(32),
      'lines',
    );
    expect(shownLines(`[tool:s1/1 · 9 tokens]\n${text}\n[page 1 of 3; go on with startLine: 11]`)).toEqual([
      {
        addressPath: 'proj/src/a.ts',
        lines: new Map([
          [9, 'if (x) {'],
          [10, '\t12\tb'],
        ]),
      },
    ]);
    expect(shownLines('Lines 1-4 of src/a.ts are already in your window, unchanged: file:x')).toEqual([]);
  });
});

describe('grepHits', () => {
  it('reads paths and line numbers, with and without columns', () => {
    const result = '3 matches in 2 files\nsrc/a.ts:12: const x = "y:3: z";\nsrc/b c.ts:7:15: x\nsrc/d.ts:1:x';
    expect(grepHits(result).map(({ path, startLine }) => `${path} ${startLine}`)).toEqual([
      'src/a.ts 12',
      'src/b c.ts 7',
      'src/d.ts 1',
    ]);
  });

  it('finds none in an error', () => {
    expect(grepHits('regex parse error:\n    (x\n    ^\nerror: unclosed group')).toEqual([]);
  });
});

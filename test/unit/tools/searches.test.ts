import { describe, expect, it } from 'vitest';
import type { CodeHit, RecallMessage } from '../../../src/engine/ports';
import { archivalSearch } from '../../../src/tools/archivalSearch';
import { recallSearch } from '../../../src/tools/recallSearch';
import { searchWorkspace } from '../../../src/tools/searchWorkspace';
import { fakeContext, tokensOf } from './fakeContext';
import { runFunction } from './runFunction';

function hit(n: number, text = 'flush() {\n\n  const watermark = high;\n  evict();\n}'): CodeHit {
  const place = { path: `src/f${n}.ts`, startLine: 10, endLine: 14, symbol: '', language: 'ts' };
  const snippet = text.split('\n').flatMap((line, i) => {
    const range = [0, line.includes('watermark') ? 9 : 1] as const;
    return line.trim() === '' || i > 4 ? [] : [{ line: 10 + i, text: line.trim(), ranges: [range] }];
  });
  return { ...place, score: 7.123, text, snippet, hash: '', generation: 1 };
}

function message(seq: number, text: string): RecallMessage {
  return { id: `msg:s0/${seq}`, session: 's0', seq, time: Date.UTC(2026, 2, 31, 17, 5), role: 'user', text };
}

describe('search_workspace', () => {
  it('shows places with symbol, score, resident mark and the lines that hold the words', async () => {
    const { context, world } = fakeContext();
    world.code.push({ ...hit(1), symbol: 'QueueManager.flush' }, hit(2, 'x\n'.repeat(4)));
    world.resident.add('src/f2.ts:10-14');
    const { text, fault } = await runFunction(searchWorkspace, { query: 'high watermark' }, context);
    expect(text).toBe(
      [
        '2 places; read_file shows the lines',
        '1. src/f1.ts:10-14 QueueManager.flush (score 7.1)',
        '   10: flush() {',
        '   12: const watermark = high;',
        '   13: evict();',
        '2. src/f2.ts:10-14 (score 7.1) [resident]',
        '   10: x',
        '   11: x',
        '   12: x',
      ].join('\n'),
    );
    expect(fault).toEqual({ kind: 'major', tier: 'archival' });
  });

  it('marks what is not saved, and what its file no longer has', async () => {
    const { context, world } = fakeContext();
    world.code.push({ ...hit(1), unsaved: true }, { ...hit(2), outdated: true });
    const { text } = await runFunction(searchWorkspace, { query: 'none of it' }, context);
    expect(text).toContain('src/f1.ts:10-14 (score 7.1) [unsaved]\n');
    expect(text).toContain('src/f2.ts:10-14 (score 7.1) [has changed since]\n');
  });

  it('pages with true totals, numbers on, and fits the result limit with fewer snippet lines', async () => {
    const { context, world } = fakeContext(330);
    for (let n = 1; n <= 20; n++)
      world.code.push(hit(n, `${'some wide words of code '.repeat(20)}\n`.repeat(5)));
    const { text } = await runFunction(searchWorkspace, { query: 'code', page: 3, glob: 'src/**' }, context);
    expect(text).toMatch(/^20 places, page 3 of 3; /);
    expect(text).toContain('\n17. src/f17.ts:10-14');
    expect(text).toContain('\n20. src/f20.ts');
    expect(tokensOf(text)).toBeLessThanOrEqual(330);
    expect(world.asked).toEqual([
      'searchWorkspace {"text":"code","glob":"src/**","count":true,"page":3,"pageSize":8}',
    ]);
  });

  it('tells definitions from uses, and shows the lines in which most matches', async () => {
    const { context, world } = fakeContext(60);
    world.code.push({ ...hit(1), role: 'definition' }, { ...hit(2), role: 'use' });
    const { text } = await runFunction(searchWorkspace, { query: 'who calls flush' }, context);
    expect(text).toBe(
      [
        '2 places; read_file shows the lines',
        '1. src/f1.ts:10-14 (definition)',
        '   12: const watermark = high;',
        '2. src/f2.ts:10-14 (use)',
        '   12: const watermark = high;',
      ].join('\n'),
    );
  });

  it('says what else to try, and when there is no such page', async () => {
    const { context, world } = fakeContext();
    expect((await runFunction(searchWorkspace, { query: 'q', glob: '*.zz' }, context)).text).toBe(
      'Nothing found for "q" in *.zz. Try other words, or grep for exact text.',
    );
    world.code.push(hit(1));
    expect(await runFunction(searchWorkspace, { query: 'q', page: 4 }, context)).toEqual({
      text: 'There is no page 4: there is only 1 page.',
      isError: true,
    });
  });
});

describe('recall_search', () => {
  it('shows address, date, role and the text, whole when short, and names what is resident', async () => {
    const { context, world } = fakeContext();
    world.messages.push(message(4, 'We chose\nport 8080.'), {
      ...message(5, `${'before '.repeat(200)}the NEEDLE is here${' after'.repeat(200)}`),
      role: 'tool',
      name: 'read_file',
    });
    world.messages.push(message(6, 'All of it on one line.'), message(7, 'Seen already.'));
    world.resident.add('msg:s0/7');
    const { text, fault, shows } = await runFunction(recallSearch, { query: 'needle port' }, context);
    const lines = text.split('\n');
    expect(lines.slice(0, 4)).toEqual([
      '4 messages; page_in(address) shows one whole',
      'msg:s0/4 2026-03-31 17:05Z user',
      '  We chose port 8080.',
      'msg:s0/5 2026-03-31 17:05Z tool read_file',
    ]);
    expect(lines[4]).toMatch(/^ {2}….*the NEEDLE is here.*…$/);
    expect(lines.slice(5)).toEqual([
      'msg:s0/6 2026-03-31 17:05Z user',
      '  All of it on one line.',
      'msg:s0/7 2026-03-31 17:05Z user [resident]',
    ]);
    expect(fault).toEqual({ kind: 'major', tier: 'recall' });
    // An excerpt, or a text whose lines were joined, is not the whole.
    expect(shows).toEqual(['msg:s0/6']);
  });

  it('takes dates, a day until its last millisecond', async () => {
    const { context, world } = fakeContext();
    await runFunction(recallSearch, { query: 'q', since: '2026-03-01', until: '2026-03-31' }, context);
    expect(world.lastRecallQuery).toEqual({
      text: 'q',
      since: Date.UTC(2026, 2, 1),
      until: Date.UTC(2026, 3, 1) - 1,
      page: 1,
      pageSize: 6,
    });
    await runFunction(recallSearch, { query: 'q', until: '2026-03-31T10:00:00Z' }, context);
    expect(world.lastRecallQuery?.until).toBe(Date.UTC(2026, 2, 31, 10));
    expect(world.lastRecallQuery).not.toHaveProperty('since');
    expect(recallSearch.validate({ query: 'q', since: 'last week' })).toMatchObject({
      error: expect.stringContaining('"since": expected a date'),
    });
  });

  it('fits the result limit with shorter excerpts, even of text without spaces', async () => {
    const { context, world } = fakeContext(300);
    for (let seq = 1; seq <= 6; seq++) world.messages.push(message(seq, '漢字😀'.repeat(3000)));
    const { text } = await runFunction(recallSearch, { query: 'nothing in it' }, context);
    expect(tokensOf(text)).toBeLessThanOrEqual(600);
    expect(text.match(/^msg:/gm)).toHaveLength(6);
    expect(Buffer.from(text).toString()).toBe(text);
  });
});

describe('archival_search', () => {
  it('shows notes by address', async () => {
    const { context, world } = fakeContext();
    await context.archive('the deploy key lives in the vault');
    const found = '1 note; page_in(address) shows one whole\nnote:a1 1970-01-01 00:00Z';
    expect(await runFunction(archivalSearch, { query: 'deploy' }, context)).toEqual({
      text: `${found}\n  the deploy key lives in the vault`,
      fault: { kind: 'major', tier: 'archival' },
      shows: ['note:a1'],
    });
    world.resident.add('note:a1');
    expect(await runFunction(archivalSearch, { query: 'deploy' }, context)).toEqual({
      text: `${found} [resident]`,
      fault: { kind: 'minor', tier: 'resident' },
    });
    expect((await runFunction(archivalSearch, { query: 'deploy', page: 2 }, context)).isError).toBe(true);
  });

  it('says when nothing was found', async () => {
    const { context } = fakeContext();
    expect((await runFunction(archivalSearch, { query: 'x' }, context)).text).toMatch(
      /^No archival notes found/,
    );
  });
});

import { describe, expect, it } from 'vitest';
import type { DirectoryEntry } from '../../../src/engine/ports';
import { listDirectory } from '../../../src/tools/listDirectory';
import { fakeContext, tokensOf } from './fakeContext';
import { runFunction } from './runFunction';

describe('list_directory', () => {
  it('shows names with / and sizes', async () => {
    const { context, world } = fakeContext();
    const kinds: [string, DirectoryEntry['kind'], number][] = [
      ['src', 'directory', 0],
      ['a.ts', 'file', 999],
      ['b.bin', 'file', 1234],
      ['c.iso', 'file', 4_700_000_000],
      ['link', 'symlink', 0],
      ['pipe\nb.ts 1 B', 'other', 0],
    ];
    world.entries.push(...kinds.map(([name, kind, size]) => ({ name, kind, size })));
    const { text } = await runFunction(listDirectory, {}, context);
    expect(text.split('\n')).toEqual([
      '.: 6 entries',
      'src/',
      'a.ts 999 B',
      'b.bin 1.2 kB',
      'c.iso 4700.0 MB',
      'link (link)',
      'pipe?b.ts 1 B (not a file)',
    ]);
    expect(world.asked).toEqual(['list .']);
  });

  it('pages so that every entry is on exactly one page, however much is admitted at each step', async () => {
    const { context, world } = fakeContext();
    const names = Array.from({ length: 300 }, (_, i) => `component-${i}-ファイル.tsx`);
    world.entries.push(...names.map((name): DirectoryEntry => ({ name, kind: 'file', size: 1 })));
    const seen: string[] = [];
    let pages = 1;
    for (let page = 1; page <= pages; page++) {
      const admitted = { ...context, maxResultTokens: page % 2 === 0 ? 200 : 2000 };
      const { text } = await runFunction(listDirectory, { path: './src', page }, admitted);
      expect(tokensOf(text)).toBeLessThanOrEqual(680);
      const [header = '', ...lines] = text.split('\n');
      pages = Number(/^src: 300 entries, page \d+ of (\d+)$/.exec(header)?.[1]);
      seen.push(...lines.map((line) => line.replace(' 1 B', '')));
    }
    expect(seen).toEqual(names);
    expect(await runFunction(listDirectory, { page: pages + 1 }, context)).toMatchObject({ isError: true });
  });

  it('shows an empty folder as such', async () => {
    const { context } = fakeContext();
    expect((await runFunction(listDirectory, { path: 'empty' }, context)).text).toBe('empty: 0 entries');
  });
});

import { describe, expect, it } from 'vitest';
import { HistoryIndex } from '../../../src/disk/HistoryIndex';
import { readQuery } from '../../../src/disk/QueryTraits';

const commits = [
  { toks: 'render button blue', files: ['ui.ts'] },
  { toks: 'flush queue exit', files: ['queue.ts', 'gone.ts'] },
  { toks: 'flush cach', files: ['cache.ts'] },
  { toks: 'reformat flush queue', files: Array.from({ length: 200 }, (_, i) => `f${i}.ts`) },
];
const index = () => HistoryIndex.of(commits, (path) => path !== 'gone.ts');

describe('HistoryIndex', () => {
  it('finds the files of the commits most like a query, best first', async () => {
    const answer = (await index()).ask(readQuery('flush the queue'));
    expect(answer.best(5)).toEqual(['queue.ts', 'cache.ts']);
    expect(answer.of('queue.ts').similar).toBeGreaterThan(answer.of('cache.ts').similar);
    expect(answer.of('queue.ts').messages).toBeGreaterThan(answer.of('cache.ts').messages);
  });

  it('says nothing about files that are gone, never touched, or touched in bulk only', async () => {
    const answer = (await index()).ask(readQuery('flush queue'));
    for (const path of ['gone.ts', 'unknown.ts', 'f1.ts']) expect(answer.of(path).messages).toBe(0);
    expect(answer.of('ui.ts')).toMatchObject({ similar: 0, messages: 0, commits: 1 });
  });

  it('answers a question that no message has anything of', async () => {
    expect((await index()).ask(readQuery('zebra')).best(5)).toEqual([]);
    expect((await HistoryIndex.of([], () => true)).ask(readQuery('zebra')).best(5)).toEqual([]);
  });
});

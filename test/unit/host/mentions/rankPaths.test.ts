import { describe, expect, it } from 'vitest';
import { PathIndex } from '../../../../src/host/mentions/rankPaths';

const paths = (index: PathIndex, query: string) => index.search(query, 5).map(({ path }) => path);

describe('PathIndex', () => {
  const index = new PathIndex([
    'src/engine/QueueManager.ts',
    'src/engine/queueEntries.ts',
    'src/host/mentions/Mentions.ts',
    'test/unit/engine/QueueManager.test.ts',
    'docs/engine.md',
  ]);

  it.each([
    ['queuemanager', 'src/engine/QueueManager.ts'],
    ['qm.ts', 'src/engine/QueueManager.ts'],
    ['engine/queueE', 'src/engine/queueEntries.ts'],
    ['mentions/', 'src/host/mentions/'],
    ['engine.md', 'docs/engine.md'],
    ['host\\mentions\\M', 'src/host/mentions/Mentions.ts'],
  ])('finds by %s first', (query, path) => {
    expect(paths(index, query)[0]).toBe(path);
  });

  it('knows the folders of its files', () => {
    expect(paths(index, 'unit')).toContain('test/unit/');
    expect(paths(index, 'zzz')).toEqual([]);
  });

  it('answers in well under 100 ms on 20,000 files', () => {
    const words = ['queue', 'manager', 'session', 'index', 'render', 'message', 'token', 'parser'];
    const word = (n: number) => words[n % words.length] ?? '';
    const many = Array.from(
      { length: 20_000 },
      (_, i) => `src/${word(i)}/${word(i >> 3)}/${word(i >> 6)}${i}.ts`,
    );
    const large = new PathIndex(many);
    const times = ['s', 'se', 'sess', 'session1', 'src/index/', 'tokn', 'manager1'].map((query) => {
      const start = performance.now();
      expect(large.search(query, 30).length).toBeGreaterThan(0);
      return performance.now() - start;
    });
    // Ten times what it takes: the machine may be busy.
    expect(Math.min(...times)).toBeLessThan(100);
    expect(times.sort((a, b) => a - b)[3]).toBeLessThan(100);
  });
});

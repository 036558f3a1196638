import { describe, expect, it } from 'vitest';
import { type Candidate, isTestPath, rankPages, standardise, topThree } from '../../../src/disk/rankFiles';

const page = (rel: string, textScore: number, more: Partial<Candidate> = {}): Candidate => ({
  id: `${rel}:${textScore}`,
  file: rel,
  rel,
  language: 'typescript',
  symbol: '',
  names: '',
  textScore,
  ...more,
});
const rank = (candidates: readonly Candidate[], text: string, terms: readonly string[] = text.split(' ')) =>
  rankPages(candidates, { text, terms, idf: () => 1 }).map(({ candidate }) => candidate.rel);

describe('rankPages', () => {
  it('puts the best page of the best file first and orders by score', () => {
    const ranked = rankPages([page('a.ts', 1), page('b.ts', 9), page('b.ts', 8), page('c.ts', 5)], {
      text: 'anything',
      terms: ['anyth'],
      idf: () => 1,
    });
    expect(ranked[0]?.candidate.id).toBe('b.ts:9');
    const scores = ranked.map((one) => one.score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  it('prefers code to its tests, unless tests are asked for', () => {
    const candidates = [page('src/queue.test.ts', 5), page('src/queue.ts', 4.9), page('z.ts', 1)];
    expect(rank(candidates, 'queue flush')[0]).toBe('src/queue.ts');
    expect(rank(candidates, 'queue flush tests')[0]).toBe('src/queue.test.ts');
  });

  it('prefers code to text about it, unless that is asked for', () => {
    const candidates = [
      page('queue.md', 5, { language: 'markdown' }),
      page('queue.ts', 4.9),
      page('z.ts', 1),
    ];
    expect(rank(candidates, 'queue flush')[0]).toBe('queue.ts');
    expect(rank(candidates, 'queue flush documentation')[0]).toBe('queue.md');
  });

  it('prefers the file that defines the identifier asked for', () => {
    const candidates = [
      page('user.ts', 5),
      page('owner.ts', 4.8, { names: 'flushQueue other' }),
      page('z.ts', 1),
    ];
    expect(rank(candidates, 'flushQueue', ['flushqueue', 'flush', 'queue'])[0]).toBe('owner.ts');
  });

  it('lets vectors decide between equals', () => {
    const candidates = [page('a.ts', 5, { vectorScore: 0.1 }), page('b.ts', 5, { vectorScore: 0.9 })];
    expect(rank(candidates, 'anything')[0]).toBe('b.ts');
  });

  it('loses no page', () => {
    const candidates = Array.from({ length: 30 }, (_, i) => page(`f${i % 7}.ts`, i));
    expect(rank(candidates, 'anything')).toHaveLength(30);
    expect(rank([], 'anything')).toEqual([]);
  });
});

describe('the parts', () => {
  it('scores a file by its best three pages', () => {
    expect(topThree([1, 8, 4, 2])).toBe(8 + 2 + 0.5);
    expect(topThree([])).toBe(0);
  });

  it('standardises to mean 0 and deviation 1', () => {
    expect(standardise([1, 3])).toEqual([-1, 1]);
    expect(standardise([2, 2])).toEqual([0, 0]);
  });

  it('knows test paths', () => {
    for (const path of ['a/test/b.ts', 'a.test.ts', 'pkg/a_test.go', 'tests/test_a.py', 'src/FooTest.java']) {
      expect(isTestPath(path), path).toBe(true);
    }
    for (const path of ['src/latest.ts', 'contest/a.ts', 'src/testify.ts', 'attestation.go']) {
      expect(isTestPath(path), path).toBe(false);
    }
  });
});

import { expect, it } from 'vitest';
import type { CandidatePage } from '../../../src/disk/pageEvidence';
import { vectorParts } from '../../../src/disk/vectorParts';

const page = (similarity?: number): CandidatePage => ({
  id: 'p',
  root: '/r',
  rel: 'a.ts',
  language: 'typescript',
  symbol: '',
  names: '',
  toks: new Uint8Array(),
  head: new Uint8Array(),
  score: 1,
  ...(similarity === undefined ? {} : { similarity }),
});

it('adds nothing where no page was found by vectors', () => {
  expect(vectorParts([[page()], [page(), page()]], [1, 2])).toBeUndefined();
});

it('moves files by half a standard deviation of their other scores for each of similarity', () => {
  const parts = vectorParts([[page(0.9)], [page(0.5)]], [10, 4]);
  expect(parts?.map(({ contribution }) => contribution)).toEqual([1.5, -1.5]);
});

it('takes pages that are not among the nearest for as near as the last of these, and best pages first', () => {
  const parts = vectorParts([[page(0.4), page(0.8)], [page()], [page(0.4)]], [0, 1, 2]) ?? [];
  expect(parts[0]?.similarity).toBeCloseTo(0.8 + 0.5 * 0.4 + 0.25 * 0.4);
  expect(parts[1]).toEqual(parts[2]);
  expect(parts.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(0);
});

it('moves nothing when all are equally near', () => {
  expect(vectorParts([[page(0.5)], [page(0.5)]], [1, 2])?.map(({ contribution }) => contribution)).toEqual([
    0, 0,
  ]);
});

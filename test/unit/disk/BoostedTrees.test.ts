import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoostedTrees } from '../../../src/disk/BoostedTrees';
import rankingModel from '../../../src/disk/rankingModel.json';

// (x ≤ 1 ? −1 : (y ≤ 5 ? 2 : 3)) + (y ≤ 0 ? 0 : 10)
const trees = new BoostedTrees({
  features: ['x', 'y'],
  roots: [0, 5],
  feature: [0, -1, 1, -1, -1, 1, -1, -1],
  threshold: [1, 0, 5, 0, 0, 0, 0, 0],
  right: [2, 0, 4, 0, 0, 7, 0, 0],
  value: [0.5, -1, 2.5, 2, 3, 5, 0, 10],
});

describe('BoostedTrees', () => {
  it('adds the leaves that the values lead to', () => {
    expect(trees.score([1, 0])).toBe(-1);
    expect(trees.score([2, 5])).toBe(12);
    expect(trees.score([2, 6])).toBe(13);
  });

  it('gives each feature the change of the mean at its questions', () => {
    expect([...trees.contributions([2, 6])]).toEqual([2, 5.5]);
    expect(trees.base).toBe(5.5);
  });

  it('explains every score of the shipped model wholly', () => {
    const model = new BoostedTrees(rankingModel);
    const values = fc.array(fc.double({ min: -5, max: 20, noNaN: true }), {
      minLength: model.features.length,
      maxLength: model.features.length,
    });
    fc.assert(
      fc.property(values, (x) => {
        const sum = model.contributions(x).reduce((total, part) => total + part, model.base);
        expect(sum).toBeCloseTo(model.score(x), 6);
      }),
    );
  });
});

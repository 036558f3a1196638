import { expect, it } from 'vitest';
import { meanScores, scoresOf } from '../../bench/search/scores';

const files = Array.from({ length: 12 }, (_, i) => `f${i + 1}`);

it('counts the targets among the first files, and the place of the first one', () => {
  expect(scoresOf(files, ['f3', 'f7', 'f11', 'gone'])).toEqual({
    recall5: 1 / 4,
    recall10: 2 / 4,
    reciprocalRank: 1 / 3,
  });
  expect(scoresOf(files, ['f11'])).toEqual({ recall5: 0, recall10: 0, reciprocalRank: 0 });
});

it('averages', () => {
  const none = { recall5: 0, recall10: 0, reciprocalRank: 0 };
  expect(meanScores([none, { recall5: 1, recall10: 0.5, reciprocalRank: 0.25 }])).toEqual({
    recall5: 0.5,
    recall10: 0.25,
    reciprocalRank: 0.125,
  });
  expect(meanScores([])).toEqual(none);
});

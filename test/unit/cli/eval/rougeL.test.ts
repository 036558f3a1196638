import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rougeLRecall } from '../../../../src/cli/eval/rougeL';

describe('rougeLRecall', () => {
  it.each([
    // Examples of Lin 2004, section 3.1: recall 3/4, 2/4, 2/4.
    ['police killed the gunman', 'police kill the gunman', 3 / 4],
    ['police killed the gunman', 'the gunman kill police', 2 / 4],
    ['police killed the gunman', 'the gunman police killed', 2 / 4],
    ['The parser is named Osprey.', 'you told me: the PARSER is named "osprey"', 1],
    ['port 5432', 'the port is 5433', 1 / 2],
    ['one two three', '', 0],
    ['', 'anything', 0],
    ['默认端口是五四三二', '端口是五四三二', 7 / 9],
    ['café', 'cafe\u0301', 1],
  ])('%j in %j', (reference, candidate, recall) => {
    expect(rougeLRecall(reference, candidate)).toBeCloseTo(recall, 10);
  });

  it('is 1 for a text that holds the reference, whatever stands between its words', () => {
    const word = fc.constantFrom('alpha', 'beta', 'gamma', 'delta');
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 12 }), (pairs) => {
        const reference = pairs.map(([gold]) => gold).join(' ');
        const candidate = pairs.flat().join(' ');
        expect(rougeLRecall(reference, candidate)).toBe(1);
      }),
    );
  });

  it('never exceeds the words in common', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(text, text, (gold, candidate) => {
        const common = gold.filter((word) => candidate.includes(word)).length;
        const recall = rougeLRecall(gold.join(' '), candidate.join(' '));
        expect(recall).toBeGreaterThanOrEqual(0);
        expect(recall).toBeLessThanOrEqual(common / gold.length);
      }),
    );
  });
});

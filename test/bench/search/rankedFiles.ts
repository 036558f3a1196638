import { topThree } from '../../../src/disk/fileFeatures';

/** @param pages pages with their scores @returns files by the best three pages of each, best first */
export function rankedFiles(pages: Iterable<{ readonly rel: string; readonly score: number }>): string[] {
  const ofFile = new Map<string, number[]>();
  for (const { rel, score } of pages) {
    const known = ofFile.get(rel);
    if (known) known.push(score);
    else ofFile.set(rel, [score]);
  }
  const ranked = [...ofFile].map(([rel, scores]) => ({ rel, score: topThree(scores) }));
  return ranked.sort((one, other) => other.score - one.score).map(({ rel }) => rel);
}

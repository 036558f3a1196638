/** How well ranked files meet their targets. */

export interface Scores {
  /** Share of the targets among the first 5 and 10 files. */
  readonly recall5: number;
  readonly recall10: number;
  /** 1 / place of the first target among the first 10 files; 0 when there is none. */
  readonly reciprocalRank: number;
}

/** @param files distinct, best first @param targets at least one */
export function scoresOf(files: readonly string[], targets: readonly string[]): Scores {
  const recall = (n: number) =>
    targets.filter((path) => files.slice(0, n).includes(path)).length / targets.length;
  const first = files.slice(0, 10).findIndex((path) => targets.includes(path));
  return { recall5: recall(5), recall10: recall(10), reciprocalRank: first < 0 ? 0 : 1 / (first + 1) };
}

/** @returns the mean of each score; 0 for none */
export function meanScores(all: readonly Scores[]): Scores {
  const mean = (pick: (scores: Scores) => number) =>
    all.reduce((sum, scores) => sum + pick(scores), 0) / Math.max(1, all.length);
  return {
    recall5: mean((scores) => scores.recall5),
    recall10: mean((scores) => scores.recall10),
    reciprocalRank: mean((scores) => scores.reciprocalRank),
  };
}

export function describeScores({ recall5, recall10, reciprocalRank }: Scores): string {
  return `R@5 ${recall5.toFixed(3)}  R@10 ${recall10.toFixed(3)}  MRR@10 ${reciprocalRank.toFixed(3)}`;
}

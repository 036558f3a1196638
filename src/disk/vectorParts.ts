/** What vectors add to the scores of files: a second opinion, in standard deviations, beside everything else. */
import type { CandidatePage } from './pageEvidence';

/** Of one standard deviation of the other scores. */
const weight = 0.5;
/** What a file's best pages count. */
const pageShares = [1, 0.5, 0.25];

export interface VectorPart {
  /** The file's similarity over its best pages. */
  readonly similarity: number;
  /** What it added to the file's score. */
  readonly contribution: number;
}

/**
 * @param files the candidate pages of each file
 * @param scores of the files, by everything else
 * @returns a part for each file; undefined when no page was found by vectors
 */
export function vectorParts(
  files: readonly (readonly CandidatePage[])[],
  scores: readonly number[],
): VectorPart[] | undefined {
  const known = files.flat().flatMap(({ similarity }) => similarity ?? []);
  if (known.length === 0) return undefined;
  // Pages that are not among the nearest are at most as near as the last of these.
  const floor = known.reduce((least, similarity) => Math.min(least, similarity), Number.POSITIVE_INFINITY);
  const similarities = files.map((pages) => {
    const best = pages.map(({ similarity }) => similarity ?? floor).sort((a, b) => b - a);
    return pageShares.reduce((sum, share, i) => sum + share * (best[i] ?? floor), 0);
  });
  const { mean, deviation } = spread(similarities);
  // Where the other scores say nothing, any unit will do.
  const unit = weight * (spread(scores).deviation || 1);
  return similarities.map((similarity) => ({
    similarity,
    contribution: deviation === 0 ? 0 : (unit * (similarity - mean)) / deviation,
  }));
}

function spread(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}

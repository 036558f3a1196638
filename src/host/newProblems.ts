/** Which problems came with a change. Pure. */
import type { Problem } from '../engine/languageFeatures';

/**
 * Lines move and messages mostly stay: a problem is new when there are more of its kind than before.
 * @returns of several alike those on lines that had none before
 */
export function newProblems(before: readonly Problem[], now: readonly Problem[]): readonly Problem[] {
  const left = new Map<string, number>();
  for (const problem of before) left.set(kindOf(problem), (left.get(kindOf(problem)) ?? 0) + 1);
  const lines = new Set(before.map((problem) => `${problem.startLine} ${kindOf(problem)}`));
  const onKnownLinesFirst = [...now].sort(
    (a, b) =>
      Number(lines.has(`${b.startLine} ${kindOf(b)}`)) - Number(lines.has(`${a.startLine} ${kindOf(a)}`)),
  );
  const fresh = new Set<Problem>();
  for (const problem of onKnownLinesFirst) {
    const known = left.get(kindOf(problem)) ?? 0;
    if (known > 0) left.set(kindOf(problem), known - 1);
    else fresh.add(problem);
  }
  return now.filter((problem) => fresh.has(problem));
}

function kindOf({ severity, source, message }: Problem): string {
  return `${severity} ${source} ${message}`;
}

import { diffArrays } from 'diff';
import { splitLines } from '../engine/filePages';
import type { LineChange, LineDiff } from '../engine/ports';

/** Beyond this many changed lines the time to find the fewest grows too long: the texts then differ from end to end. */
const MAX_CHANGED_LINES = 4000;

/** The lines that differ, as few as there are. */
export const lineChanges: LineDiff = (before, after) => {
  if (before === after) return [];
  const [old, now] = [splitLines(before), splitLines(after)];
  const parts = diffArrays(old, now, { maxEditLength: MAX_CHANGED_LINES });
  if (parts === undefined) return [wholeChange(old, now)];
  const changes: LineChange[] = [];
  let line = 1;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    if (!part) continue;
    if (!part.added && !part.removed) {
      line += part.value.length;
      continue;
    }
    // What is removed and what stands in its place come one after the other, in either order.
    const next = parts[i + 1];
    const pair = next && next.added !== part.added && next.removed !== part.removed ? [part, next] : [part];
    i += pair.length - 1;
    const removed = pair.find((one) => one.removed)?.value.length ?? 0;
    const lines = pair.find((one) => one.added)?.value ?? [];
    changes.push({ startLine: line, endLine: line + removed - 1, lines });
    line += removed;
  }
  return changes;
};

/** All but the lines at both ends that are the same. */
function wholeChange(old: readonly string[], now: readonly string[]): LineChange {
  const most = Math.min(old.length, now.length);
  let start = 0;
  while (start < most && old[start] === now[start]) start++;
  let tail = 0;
  while (tail < most - start && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  return { startLine: start + 1, endLine: old.length - tail, lines: now.slice(start, now.length - tail) };
}

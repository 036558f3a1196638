/**
 * Which lines of a file are the model's changes that the person has not judged yet, when the person may have changed the
 * file too: a three-way merge of lines (diff3; Khanna, Kunal and Pierce 2007, "A Formal Investigation of Diff3") with the
 * text after the model's last edit in the middle.
 */
import { splitLines } from '../filePages';
import type { LineDiff } from '../ports';

/** Lines of the text as it is now, and what they were. */
export interface PendingRegion {
  /** Index of the first line now, from 0. */
  readonly start: number;
  /** Index after the last line now. */
  readonly end: number;
  /** The lines without the model's changes. */
  readonly old: readonly string[];
  /** The lines as the model left them. */
  readonly last: readonly string[];
  /** The person has changed lines among them after the model did. */
  readonly mixed: boolean;
}

/** A change, seen from the middle text: its lines [start, end), and how much longer another text is there. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly grows: number;
  readonly ours: boolean;
}

/**
 * @param baseline the text without the changes that wait @param last as the model left it @param now as it is
 * @returns in the order of the lines, disjoint
 */
export function pendingRegions(
  baseline: string,
  last: string,
  now: string,
  diff: LineDiff,
): readonly PendingRegion[] {
  const [oldLines, lastLines, nowLines] = [splitLines(baseline), splitLines(last), splitLines(now)];
  const theirs = last === now ? [] : changes(last, now, diff, false);
  const regions: PendingRegion[] = [];
  let [toOld, toNow] = [0, 0];
  for (const group of grouped([...changes(last, baseline, diff, true), ...theirs])) {
    const { start, end } = spanOf(group);
    const [ours, others] = [group.filter((change) => change.ours), group.filter((change) => !change.ours)];
    const [grownOld, grownNow] = [growth(ours), growth(others)];
    const old = oldLines.slice(start + toOld, end + toOld + grownOld);
    const region = { start: start + toNow, end: end + toNow + grownNow };
    toOld += grownOld;
    toNow += grownNow;
    const mixed = others.length > 0;
    // What only the person has changed is none of ours, nor what they have changed back.
    if (ours.length === 0 || (mixed && old.join('') === nowLines.slice(region.start, region.end).join('')))
      continue;
    regions.push({ ...region, old, last: lastLines.slice(start, end), mixed });
  }
  return regions;
}

/** @param put lines to stand in place of each region's. @returns the text with them */
export function withRegions(
  now: string,
  regions: readonly PendingRegion[],
  put: (region: PendingRegion) => readonly string[],
): string {
  const lines = splitLines(now);
  const texts: string[] = [];
  let done = 0;
  for (const region of regions) {
    texts.push(...lines.slice(done, region.start), ...put(region));
    done = region.end;
  }
  return [...texts, ...lines.slice(done)].join('');
}

function changes(from: string, to: string, diff: LineDiff, ours: boolean): readonly Change[] {
  return diff(from, to).map(({ startLine, endLine, lines }) => {
    return { start: startLine - 1, end: endLine, grows: lines.length - (endLine - startLine + 1), ours };
  });
}

/** Changes that overlap, directly or through others, belong together. */
function grouped(all: readonly Change[]): readonly (readonly Change[])[] {
  const groups: Change[][] = [];
  for (const change of [...all].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const last = groups.at(-1);
    if (last && meets(spanOf(last), change)) last.push(change);
    else groups.push([change]);
  }
  return groups;
}

/** Lines put in at one place by both have no order of their own; at the edge of a change they have. */
function meets(a: { readonly start: number; readonly end: number }, b: Change): boolean {
  return (
    (a.start < b.end && b.start < a.end) || (a.start === a.end && b.start === b.end && a.start === b.start)
  );
}

function spanOf(group: readonly Change[]): { readonly start: number; readonly end: number } {
  return {
    start: Math.min(...group.map(({ start }) => start)),
    end: Math.max(...group.map(({ end }) => end)),
  };
}

function growth(group: readonly Change[]): number {
  return group.reduce((sum, { grows }) => sum + grows, 0);
}

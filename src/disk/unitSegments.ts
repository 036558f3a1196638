import { maxTokens } from './Page';
import { type Segment, splitLines } from './Segment';
import type { SourceText } from './SourceText';

/** Where something begins that a reader would call one thing: a section, a statement, a key. */
export interface Unit {
  /** 0-based; it goes on to the next unit. */
  readonly line: number;
  readonly symbol: string;
  readonly names: readonly string[];
}

/**
 * @param units in order; what stands before the first has no name
 * @param first 0-based, inclusive, as is `last`
 * @param split cuts a unit that is too long for a page
 */
export function unitSegments<U extends Unit>(
  source: SourceText,
  units: readonly U[],
  first: number,
  last: number,
  split: (segment: Segment, unit: U | undefined) => Segment[] = (segment) => splitLines(source, segment),
): Segment[] {
  const segments: Segment[] = [];
  const add = (from: number, to: number, unit: U | undefined) => {
    if (from > to) return;
    const segment = { first: from, last: to, symbol: unit?.symbol ?? '', names: unit?.names ?? [] };
    if (source.tokens(from, to) > maxTokens) segments.push(...split(segment, unit));
    else segments.push(segment);
  };
  add(first, (units[0]?.line ?? last + 1) - 1, undefined);
  units.forEach((unit, i) => {
    add(unit.line, (units[i + 1]?.line ?? last + 1) - 1, unit);
  });
  return segments;
}

/** @returns the line where the comments directly above a line begin; the line itself when there are none */
export function withComments(source: SourceText, line: number, first: number, comment: RegExp): number {
  let start = line;
  while (start > first && comment.test(source.line(start - 1))) start--;
  return start;
}

import { maxTokens, smallTokens, targetTokens } from './Page';
import type { SourceText } from './SourceText';

/** A piece of a file on its way to becoming (part of) a page. Lines are 0-based and inclusive. */
export interface Segment {
  readonly first: number;
  readonly last: number;
  readonly symbol: string;
  readonly names: readonly string[];
  /** Where it is not the file's: the script of a Vue file. */
  readonly language?: string;
  /** Joined with no neighbour, however small: the cell of a notebook. */
  readonly isWhole?: boolean;
}

/** @returns all lines of a text */
export function wholeOf(source: SourceText): Segment {
  return { first: 0, last: source.lineCount - 1, symbol: '', names: [] };
}

const blank = /^\s*$/;

/**
 * Cuts a run of lines into segments near the target size, at blank lines or where indentation is least when there is one
 * within reach of the target.
 */
export function splitLines(source: SourceText, run: Segment): Segment[] {
  const segments: Segment[] = [];
  let first = run.first;
  while (first <= run.last) {
    let last = first;
    while (last < run.last && source.tokens(first, last + 1) <= targetTokens) last++;
    if (last < run.last) last = bestBreak(source, first, last);
    segments.push({ ...run, first, last, names: segments.length === 0 ? run.names : [] });
    first = last + 1;
  }
  return segments;
}

/** @returns the line of the latter half of first..last after which a reader would cut */
function bestBreak(source: SourceText, first: number, last: number): number {
  let best = last;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let line = last; line > first + (last - first) / 2; line--) {
    const next = source.line(line + 1);
    const cost = blank.test(source.line(line))
      ? -1
      : next.length - next.trimStart().length + (blank.test(next) ? 100 : 0);
    if (cost < bestCost) {
      best = line;
      bestCost = cost;
    }
  }
  return best;
}

/** Joins small neighbours, so that a page is worth a look. Order and coverage stay. */
export function mergeSegments(source: SourceText, segments: readonly Segment[]): Segment[] {
  const merged: Segment[] = [];
  for (const segment of segments) {
    const before = merged.at(-1);
    if (before && fitTogether(source, before, segment)) {
      merged[merged.length - 1] = {
        ...before,
        last: segment.last,
        symbol: before.symbol === '' ? segment.symbol : before.symbol,
        names: [...before.names, ...segment.names],
      };
    } else {
      merged.push(segment);
    }
  }
  return merged;
}

function fitTogether(source: SourceText, a: Segment, b: Segment): boolean {
  if (a.language !== b.language || a.isWhole || b.isWhole) return false;
  const sizeA = source.tokens(a.first, a.last);
  const sizeB = source.tokens(b.first, b.last);
  const both = sizeA + sizeB;
  return both <= targetTokens
    ? sizeA < smallTokens || sizeB < smallTokens
    : both <= maxTokens && sizeB < smallTokens / 4;
}

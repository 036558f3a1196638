import { maxTokens, type SourcePage, smallTokens, targetTokens } from './Page';
import type { SourceText } from './SourceText';

/** A piece of a file on its way to becoming (part of) a page. Lines are 0-based and inclusive. */
export interface Segment {
  readonly first: number;
  readonly last: number;
  readonly symbol: string;
  readonly names: readonly string[];
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
    segments.push({ first, last, symbol: run.symbol, names: segments.length === 0 ? run.names : [] });
    first = last + 1;
  }
  return segments;
}

/** @returns the line of the latter half of first..last after which a reader would cut */
function bestBreak(source: SourceText, first: number, last: number): number {
  let best = last;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let line = last; line > first + (last - first) / 2; line--) {
    const next = source.lines[line + 1] ?? '';
    const cost = blank.test(source.lines[line] ?? '')
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
export function mergeSegments(source: SourceText, segments: readonly Segment[]): SourcePage[] {
  const merged: Segment[] = [];
  for (const segment of segments) {
    const before = merged.at(-1);
    if (before && fitTogether(source, before, segment)) {
      merged[merged.length - 1] = {
        first: before.first,
        last: segment.last,
        symbol: before.symbol === '' ? segment.symbol : before.symbol,
        names: [...before.names, ...segment.names],
      };
    } else {
      merged.push(segment);
    }
  }
  return merged.map(({ first, last, symbol, names }) => ({
    startLine: first + 1,
    endLine: last + 1,
    symbol: symbol === '' ? (names[0] ?? '') : symbol,
    names: [...new Set(names)],
  }));
}

function fitTogether(source: SourceText, a: Segment, b: Segment): boolean {
  const sizeA = source.tokens(a.first, a.last);
  const sizeB = source.tokens(b.first, b.last);
  const both = sizeA + sizeB;
  return both <= targetTokens
    ? sizeA < smallTokens || sizeB < smallTokens
    : both <= maxTokens && sizeB < smallTokens / 4;
}

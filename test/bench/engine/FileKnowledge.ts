/**
 * What an attentive reader knows of a file from the window: a range as it was shown, and what it changed there itself
 * since. What others changed it has to read again.
 */
import { rawRange, splitLines } from '../../../src/engine/filePages';
import { type LineRange, missingRanges } from '../../../src/engine/PageTable';
import { sha256 } from '../../../src/journal/sha256';
import type { Edit } from './SyntheticRepository';
import type { ShownRange } from './WindowView';

interface Change {
  readonly line: number;
  readonly removed: number;
  readonly added: number;
  readonly own: boolean;
}

export class FileKnowledge {
  private readonly changes = new Map<string, Change[]>();
  /** Number of the file's changes when a range was shown, by its address. */
  private readonly shownAfter = new Map<string, number>();

  /** @param text of a file as it is now */
  constructor(private readonly text: (path: string) => string) {}

  /** A range has come into the window. */
  shown(range: ShownRange): void {
    if (this.hashOf(range.path, range) === range.hash)
      this.shownAfter.set(range.address, this.changes.get(range.path)?.length ?? 0);
  }

  changed({ path, line, before, after }: Edit, own: boolean): void {
    const change = { line, removed: before.split('\n').length, added: after.split('\n').length, own };
    const changes = this.changes.get(path);
    if (changes) changes.push(change);
    else this.changes.set(path, [change]);
  }

  /** Whether the ranges in the window say what the file holds in `wanted` now. */
  knows(path: string, wanted: LineRange, inWindow: readonly ShownRange[]): boolean {
    return (
      missingRanges(
        wanted,
        inWindow.flatMap((range) => this.asNow(path, range) ?? []),
      ).length === 0
    );
  }

  /** First 16 hex digits of the hash of a range as it is now. */
  hashOf(path: string, range: LineRange): string {
    return sha256(rawRange(splitLines(this.text(path)), range)).slice(0, 16);
  }

  /** Where the lines of a range are now. */
  private asNow(path: string, range: ShownRange): LineRange | undefined {
    if (this.hashOf(path, range) === range.hash) return range;
    const after = this.shownAfter.get(range.address);
    if (after === undefined) return undefined;
    let { startLine, endLine } = range;
    for (const { line, removed, added, own } of this.changes.get(path)?.slice(after) ?? []) {
      // What others do below a range leaves it as it is.
      if (!own && line > endLine) continue;
      if (!own) return undefined;
      if (line < startLine) startLine += added - removed;
      if (line <= endLine) endLine += added - removed;
    }
    return { startLine, endLine };
  }
}

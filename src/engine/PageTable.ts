/** Page table: which file ranges are resident, which of them are stale, and what was evicted before. */
import type { EvictedPage, FilePage } from './events';

export interface ResidentPage extends FilePage {
  /** Queue entry that holds it. */
  readonly seq: number;
  readonly stale: boolean;
}

export interface LineRange {
  readonly startLine: number;
  readonly endLine: number;
}

export class PageTable {
  private readonly resident = new Map<string, ResidentPage>();
  private readonly evicted = new Map<string, EvictedPage>();

  /** A result that shows `pages` has entered the queue as entry `seq`. */
  admit(pages: readonly FilePage[], seq: number): void {
    for (const page of pages) {
      this.resident.set(page.address, { ...page, seq, stale: false });
      this.evicted.delete(page.address);
    }
  }

  evict(pages: readonly EvictedPage[]): void {
    for (const page of pages) {
      // A page brought back since is held by a later entry and stays.
      const resident = this.resident.get(page.address);
      if (resident && resident.seq !== page.seq) continue;
      this.resident.delete(page.address);
      this.evicted.delete(page.address);
      this.evicted.set(page.address, page);
    }
  }

  markStale(address: string): void {
    const page = this.resident.get(address);
    if (page) this.resident.set(address, { ...page, stale: true });
  }

  /** The file was touched but the lines shown are the same. */
  confirm(address: string, version: string): void {
    const page = this.resident.get(address);
    if (page) this.resident.set(address, { ...page, version });
  }

  get(address: string): ResidentPage | undefined {
    return this.resident.get(address);
  }

  pages(): readonly ResidentPage[] {
    return [...this.resident.values()];
  }

  /** Pages of one file that may still be relied on. */
  freshPagesOf(path: string): readonly ResidentPage[] {
    return this.pages().filter((page) => page.path === path && !page.stale);
  }

  /** Everything evicted and not back, oldest eviction first. */
  evictedPages(): readonly EvictedPage[] {
    return [...this.evicted.values()];
  }

  wasEvicted(address: string): boolean {
    return this.evicted.has(address);
  }
}

/**
 * Lines of `wanted` that none of `covered` holds.
 * @returns disjoint ranges in ascending order
 */
export function missingRanges(wanted: LineRange, covered: readonly LineRange[]): LineRange[] {
  const sorted = [...covered].sort((a, b) => a.startLine - b.startLine);
  const missing: LineRange[] = [];
  let next = wanted.startLine;
  for (const range of sorted) {
    if (range.endLine < next) continue;
    if (range.startLine > wanted.endLine) break;
    if (range.startLine > next) missing.push({ startLine: next, endLine: range.startLine - 1 });
    next = range.endLine + 1;
  }
  if (next <= wanted.endLine) missing.push({ startLine: next, endLine: wanted.endLine });
  return missing;
}

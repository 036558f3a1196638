/** Page table: everything that is resident, with what is known of its use, and what was evicted before. */
import type { EvictedPage, FilePage, PageOrigin } from './pages';
import type { BlobHash } from './ports';
import { fileLabel } from './queueEntries';

/** The moment in a session's life: epoch, turn of the person's, and count of model steps. */
export interface Moment {
  readonly epoch: number;
  readonly turn: number;
  readonly step: number;
}

/** A file range, a tool result or a message in the window. */
export interface Page extends EvictedPage {
  /** What replacement decides on: `file:<path>` for all ranges of one file, else the page's own address. */
  readonly key: string;
  /** Raw lines of a file range, text of a result as shown; none for messages. */
  readonly blob?: BlobHash;
  readonly since: Moment;
  /** Times that later output made use of it. */
  readonly references: number;
  readonly lastReference?: Moment;
  readonly origin: PageOrigin;
  /** Its file has changed since: it may not be relied on. */
  readonly stale: boolean;
  /** Holds a decision that is not written back yet. */
  readonly dirty: boolean;
  /** Held by the epoch's head, not by an entry of the queue. */
  readonly carried: boolean;
  /** The window shows it as it was, and edits of the model's own after it that make it what it is. */
  readonly derived: boolean;
}

export type ResidentPage = Page & FilePage;

export interface NewPage extends EvictedPage {
  readonly file?: FilePage;
  readonly blob?: BlobHash;
  readonly origin: PageOrigin;
  readonly dirty?: boolean;
}

export interface LineRange {
  readonly startLine: number;
  readonly endLine: number;
}

/** Evicted pages that are no longer told apart. */
export interface EvictedRange {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly tokens: number;
  readonly pages: number;
}

/** Evicted pages that are remembered one by one: more than ever have a stub of their own. */
const REMEMBERED = 2000;

export class PageTable {
  private readonly resident = new Map<string, Page>();
  /** Addresses of ranges that a rollover merged, to the address of the page that holds their lines now. */
  private readonly merged = new Map<string, string>();
  private readonly evicted = new Map<string, EvictedPage>();
  private older: EvictedRange | undefined;

  /** @returns the page as it is resident now */
  admit({ file, origin, dirty = false, ...page }: NewPage, at: Moment): Page {
    const before = this.resident.get(page.address);
    const { references = 0, lastReference } = before ?? {};
    const admitted: Page = {
      ...file,
      ...page,
      key: keyOf(page, file),
      since: before?.since ?? at,
      references,
      ...(lastReference ? { lastReference } : {}),
      origin: before?.origin ?? origin,
      stale: false,
      dirty,
      carried: false,
      derived: false,
    };
    this.resident.set(page.address, admitted);
    this.merged.delete(page.address);
    this.evicted.delete(page.address);
    return admitted;
  }

  /** A rollover keeps `pages`, merged, in the head: they take the place of the pages they were made from. */
  carry(page: NewPage, from: readonly string[], at: Moment): void {
    // Another part of the same page may have been carried before.
    const parts = from.flatMap((address) => this.get(address) ?? []);
    const last = parts.reduce<Page | undefined>(
      (latest, part) =>
        (part.lastReference?.step ?? -1) > (latest?.lastReference?.step ?? -1) ? part : latest,
      undefined,
    );
    for (const address of from) {
      this.resident.delete(address);
      if (address !== page.address) this.merged.set(address, page.address);
    }
    for (const [old, now] of this.merged) if (from.includes(now)) this.merged.set(old, page.address);
    const origin = parts[0]?.origin ?? page.origin;
    this.resident.set(page.address, {
      ...this.admit({ ...page, origin }, parts[0]?.since ?? at),
      carried: true,
      references: parts.reduce((sum, part) => sum + part.references, 0),
      ...(last?.lastReference ? { lastReference: last.lastReference } : {}),
    });
  }

  /** The model has edited the file: a page it holds, and that edit, say what `file` says. */
  reanchor(from: string, file: FilePage): void {
    const page = this.resident.get(from);
    if (!page) return;
    this.resident.delete(from);
    this.resident.set(file.address, {
      ...page,
      ...file,
      label: fileLabel(file),
      blob: file.source,
      stale: false,
      derived: true,
    });
    this.merged.delete(file.address);
    this.evicted.delete(file.address);
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
    for (const [old, now] of this.merged) if (!this.resident.has(now)) this.merged.delete(old);
    for (const [address, page] of this.evicted) {
      if (this.evicted.size <= REMEMBERED) break;
      this.evicted.delete(address);
      this.older = extended(this.older, page);
    }
  }

  /** Output made use of a page. @returns the page, when it is resident */
  reference(address: string, at: Moment): Page | undefined {
    const page = this.get(address);
    if (!page) return undefined;
    const referenced = { ...page, references: page.references + 1, lastReference: at };
    this.resident.set(page.address, referenced);
    return referenced;
  }

  markStale(address: string): void {
    this.change(address, { stale: true });
  }

  markFresh(address: string): void {
    this.change(address, { stale: false });
  }

  /** The file was touched but the lines shown are the same. */
  confirm(address: string, version: string): void {
    const page = this.resident.get(address);
    if (page) this.resident.set(address, { ...page, version } as Page);
  }

  /** What of a message had to be kept is on disk. */
  writtenBack(address: string): void {
    this.change(address, { dirty: false });
  }

  /** The page that holds what an address names, also when a rollover merged it into a larger one. */
  get(address: string): Page | undefined {
    return this.resident.get(this.merged.get(address) ?? address);
  }

  /** Every resident page, in the order of their coming. */
  all(): readonly Page[] {
    return [...this.resident.values()];
  }

  /** Resident ranges of files. */
  pages(): readonly ResidentPage[] {
    return this.all().filter(isFile);
  }

  /** Pages of one file that may still be relied on. */
  freshPagesOf(path: string): readonly ResidentPage[] {
    return this.pages().filter((page) => page.path === path && !page.stale);
  }

  /** Own tokens of all resident pages that replacement knows by `key`. */
  tokensOf(key: string): number {
    let tokens = 0;
    for (const page of this.resident.values()) if (page.key === key) tokens += page.tokens;
    return tokens;
  }

  /** What was evicted last and is not back, oldest eviction first. */
  evictedPages(): readonly EvictedPage[] {
    return [...this.evicted.values()];
  }

  /** Everything that was evicted before `evictedPages`. */
  olderEvicted(): EvictedRange | undefined {
    return this.older;
  }

  wasEvicted(address: string): boolean {
    return this.evicted.has(address);
  }

  private change(address: string, change: Partial<Page>): void {
    const page = this.resident.get(address);
    if (page) this.resident.set(address, { ...page, ...change });
  }
}

/** @returns whether a resident page is a range of a file */
export function isFile(page: Page): page is ResidentPage {
  return page.kind === 'file';
}

function keyOf(page: EvictedPage, file: FilePage | undefined): string {
  return file ? `file:${file.path}` : page.address;
}

/** @returns the range that holds `page` also */
export function extended(range: EvictedRange | undefined, page: EvictedPage): EvictedRange {
  return {
    firstSeq: Math.min(range?.firstSeq ?? page.seq, page.seq),
    lastSeq: Math.max(range?.lastSeq ?? page.seq, page.seq),
    tokens: (range?.tokens ?? 0) + page.tokens,
    pages: (range?.pages ?? 0) + 1,
  };
}

/** @returns whether two ranges have a line in common */
export function overlap(a: LineRange, b: LineRange): boolean {
  return a.startLine <= b.endLine && b.startLine <= a.endLine;
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

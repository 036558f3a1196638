/** Which lines of a file the model was shown as they are now, by the message whose calls run. */
import { parseAddress } from './addresses';
import { rawRange, splitLines } from './filePages';
import type { LineRange, ResidentPage } from './PageTable';
import type { ContentHasher, FileSnapshot, WorkspaceFiles } from './ports';
import type { SessionState } from './SessionState';

type Seen = LineRange & { readonly address: string };

export class SeenLines {
  /** Sequence number of the message whose calls run: what entered the queue after it the model has not seen. */
  private readonly askedAt: number;
  /** Pages shown by this step's own edits: of text that the model wrote. */
  private readonly written = new Set<string>();

  constructor(
    private readonly state: SessionState,
    private readonly files: Pick<WorkspaceFiles, 'fromAddress'>,
    private readonly hash: ContentHasher,
  ) {
    const { entries } = state.context;
    this.askedAt = entries.findLast(({ event }) => event.type === 'message.assistant')?.event.seq ?? 0;
  }

  /** A page that this step's own edit has shown. */
  wrote(address: string): void {
    this.written.add(address);
  }

  /** @returns the ranges; a text when the page that the edit names is not one of them */
  of(now: FileSnapshot, basedOn: string | undefined): readonly Seen[] | string {
    const isFresh = this.freshness(now);
    const inQueue = this.held(now).filter(
      (page) => page.seq < this.askedAt || this.written.has(page.address),
    );
    const inHead = this.state.rules.shown.filter(
      (page) => page.path === now.path && isFresh(page.address, page),
    );
    const resident = [...inQueue, ...inHead];
    if (basedOn === undefined) return resident;
    const parsed = parseAddress(basedOn);
    if (parsed?.kind !== 'file') return `based_on is not the address of a file page (${basedOn})`;
    if (this.files.fromAddress(parsed.addressPath) !== now.path)
      return `based_on names another file (${basedOn})`;
    if (!isFresh(basedOn, parsed)) return `the file has changed since ${basedOn}`;
    return [...resident, { ...parsed, address: basedOn }];
  }

  /** Resident ranges of the file that are as it is. */
  held(now: FileSnapshot): readonly ResidentPage[] {
    const isFresh = this.freshness(now);
    return this.state.pages.freshPagesOf(now.path).filter((page) => isFresh(page.address, page));
  }

  private freshness(now: FileSnapshot): (address: string, range: LineRange) => boolean {
    const lines = splitLines(now.text);
    return (address, range) => address.endsWith(`@${this.hash(rawRange(lines, range)).slice(0, 16)}`);
  }
}

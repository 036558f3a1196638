/** Serves page faults in the order of the hierarchy: resident pages, then recall (blobs of what was shown), then the workspace. */
import { type Address, parseRange } from './addresses';
import { cutText } from './cutText';
import type { FunctionOutcome } from './EngineFunction';
import { UnknownAddressError } from './errors';
import type { FaultHandler, ReadRange } from './FaultHandler';
import { FileFaults } from './FileFaults';
import type { FoundPlaces } from './FoundPlaces';
import { isCut, rawRange, renderFilePage, splitLines } from './filePages';
import { type LineRange, overlap } from './PageTable';
import type { Fault } from './pages';
import type {
  BlobStore,
  ContentHasher,
  FileSnapshot,
  SessionHistory,
  TextDiff,
  TokenCounter,
  WorkspaceFiles,
} from './ports';
import { isResident } from './residency';
import type { SessionState } from './SessionState';
import { StoredPages } from './StoredPages';
import { servePages } from './textPages';
import { type Slice, serveLines } from './textSlices';

export interface FaultHandlerParts {
  readonly state: SessionState;
  readonly files: WorkspaceFiles;
  readonly blobs: BlobStore;
  readonly counter: TokenCounter;
  readonly hash: ContentHasher;
  readonly diff: TextDiff;
  readonly history: SessionHistory;
  /** What was found by searches; without it nothing is held against them. */
  readonly found?: FoundPlaces;
}

/** Longest diff that accompanies a superseded page, characters. */
const MAX_DIFF_CHARS = 4000;

export class TieredFaultHandler implements FaultHandler {
  private readonly stored: StoredPages;
  private readonly lines: FileFaults;

  /** @param maxTokens largest page served at once, own tokens */
  constructor(
    private readonly parts: FaultHandlerParts,
    private readonly maxTokens: number,
  ) {
    this.stored = new StoredPages(parts.state, parts.blobs, parts.history);
    this.lines = new FileFaults(parts, maxTokens);
  }

  readFile(range: ReadRange, signal: AbortSignal): Promise<FunctionOutcome> {
    return this.lines.serve(range, signal);
  }

  async pageIn(address: string, slice: Slice, signal: AbortSignal): Promise<FunctionOutcome> {
    const { state } = this.parts;
    const range = parseRange(address);
    const { page = 1, startLine, endLine } = slice;
    if (range) {
      const from = Math.max(range.startLine, startLine ?? 1);
      const to = Math.min(range.endLine, endLine ?? range.endLine);
      const path = await this.openPath(range.addressPath);
      return this.readFile({ path, startLine: from, endLine: to }, signal);
    }
    const parsed = this.stored.parse(address);
    const sliced = startLine !== undefined || endLine !== undefined;
    if (page === 1 && !sliced && this.isResident(address)) {
      return { text: `Already in your window: ${address}`, fault: { kind: 'minor', tier: 'resident' } };
    }
    if (parsed.kind !== 'file') {
      const tier = parsed.kind === 'note' && state.archivalNotes.has(parsed.id) ? 'archival' : 'recall';
      const own = parsed.kind !== 'note' && parsed.session === state.session;
      // What a fork inherits is not its own, and was evicted all the same.
      const shown = own || state.pages.wasEvicted(address);
      const cause = state.hints.covers(address) ? 'hint' : shown ? 'capacity' : 'cold';
      const fault = { kind: 'major', tier, cause } as const;
      const content = await this.stored.contentOf(address);
      if (sliced) return this.serveSlice(content, slice, fault);
      const outcome = await this.servePart(content, page, '', fault);
      // What was shown before is resident under the address of this call as well.
      return outcome.text === content ? { ...outcome, shows: [address] } : outcome;
    }
    if (sliced) return this.pageInLines(address, parsed, slice, signal);
    const { filePage, source } = await this.stored.filePage(address, parsed);
    const heading = `lines ${parsed.startLine}-${parsed.endLine}`;
    const shown = renderFilePage(parsed.addressPath, parsed, source, filePage.source, heading);
    const current = await this.currentText(parsed.addressPath, signal);
    if (current === undefined) {
      const news = `[superseded: ${parsed.addressPath} can no longer be read; this is what it was]`;
      return this.servePart(shown.text, page, news, this.faultOf(address, 'stale'));
    }
    const now = splitLines(current.text);
    if (rawRange(now, parsed) !== source) {
      const news = await this.superseded(current.path, source, rawRange(now, parsed));
      return this.servePart(shown.text, page, news, this.faultOf(address, 'stale'));
    }
    const fault = this.faultOf(address, 'capacity');
    const outcome = await this.servePart(shown.text, page, '', fault);
    const whole = outcome.text === shown.text;
    // No line is resident twice: of what is there in part, only the rest is brought in. A part is a page of its own,
    // as far as whole lines fit.
    const held = state.pages.freshPagesOf(current.path).some((other) => overlap(other, parsed));
    const first = now[parsed.startLine - 1] ?? '';
    if (page === 1 && (held || (!whole && (await this.lines.holds(first, parsed.startLine)))))
      return this.serveLines(address, current.path, parsed, fault, signal);
    return whole
      ? { ...outcome, pages: [{ ...filePage, path: current.path, version: current.version }] }
      : outcome;
  }

  /** Lines of a file page that are still as they were shown. */
  private async serveLines(
    address: string,
    path: string,
    { startLine, endLine }: LineRange,
    fault: Fault,
    signal: AbortSignal,
  ): Promise<FunctionOutcome> {
    const rest = (line: number) => `page_in("${address}", startLine: ${line}, endLine: ${endLine})`;
    const served = await this.lines.serve({ path, startLine, endLine }, signal, rest);
    return served.fault?.kind === 'major' ? { ...served, fault } : served;
  }

  /** @param cause when this session has shown the page before */
  private faultOf(address: string, cause: 'capacity' | 'stale'): Fault {
    const { hints, filePages } = this.parts.state;
    const known = filePages.has(address) ? cause : 'cold';
    return { kind: 'major', tier: 'recall', cause: hints.covers(address) ? 'hint' : known };
  }

  /** Some lines of a file page: as `readFile` serves them, or without numbers where a line is too long to be shown whole. */
  private async pageInLines(
    address: string,
    parsed: Extract<Address, { kind: 'file' }>,
    { page = 1, startLine = parsed.startLine, endLine = parsed.endLine }: Slice,
    signal: AbortSignal,
  ): Promise<FunctionOutcome> {
    const { source } = await this.stored.filePage(address, parsed);
    const above = parsed.startLine - 1;
    const from = Math.max(startLine, parsed.startLine);
    const lines = splitLines(source).slice(from - 1 - above, Math.max(0, endLine - above));
    const current = await this.currentText(parsed.addressPath, signal);
    const fresh = current && rawRange(splitLines(current.text), parsed) === source;
    const fault = this.faultOf(address, fresh ? 'capacity' : 'stale');
    if (fresh && lines.length > 0 && !lines.some(isCut)) {
      const range = { startLine: from, endLine: from + lines.length - 1 };
      return this.serveLines(address, current.path, range, fault, signal);
    }
    const served = await this.serveSlice(lines.join(''), { page }, fault, from - 1);
    if (fresh) return served;
    return { ...served, text: `${served.text}\n[superseded: ${parsed.addressPath} has changed since]` };
  }

  private async serveSlice(text: string, slice: Slice, fault: Fault, before = 0): Promise<FunctionOutcome> {
    const { counter } = this.parts;
    const served = await serveLines(text, slice, this.maxTokens, counter, before);
    if (served !== undefined) return { text: served, fault };
    return {
      text: `There are only ${before + splitLines(text).length} lines, and no such page.`,
      isError: true,
    };
  }

  /** Whether what an address names is in the window and may be relied on. */
  isResident(address: string): boolean {
    return isResident(this.parts.state, address);
  }

  async contentOf(address: string, signal: AbortSignal): Promise<string> {
    const range = parseRange(address);
    if (!range) return this.stored.contentOf(address);
    const { files } = this.parts;
    const path = await this.openPath(range.addressPath);
    return rawRange(splitLines((await files.read(path, signal)).text), range);
  }

  /** Path of a file that the model may have without asking the person. @throws OutsideWorkspaceError | UnknownAddressError */
  private async openPath(addressPath: string): Promise<string> {
    const { files } = this.parts;
    const path = files.fromAddress(addressPath);
    if (!(await files.isSecret(path))) return path;
    throw new UnknownAddressError(
      `${path} looks like a file with secrets: an address without a hash does not open it.`,
      'read_file asks the person for it.',
    );
  }

  private async currentText(addressPath: string, signal: AbortSignal): Promise<FileSnapshot | undefined> {
    const { files } = this.parts;
    try {
      return await files.read(files.fromAddress(addressPath), signal);
    } catch (error) {
      if (signal.aborted) throw error;
      // Deleted, moved or made unreadable since: the stored bytes are all there is, and the result says so.
      return undefined;
    }
  }

  private async superseded(path: string, before: string, now: string): Promise<string> {
    const news = `[superseded: ${path} has changed since; read_file shows it as it is now.`;
    // What a secret file says now was not asked for, and only the person can allow it.
    if (await this.parts.files.isSecret(path)) return `${news}]`;
    const diff = this.parts.diff(before, now);
    // About a third of what is admitted.
    const chars = Math.min(MAX_DIFF_CHARS, this.maxTokens);
    return `${news} Diff of these lines:]\n${diff.length > chars ? `${cutText(diff, chars)}\n…(diff cut)` : diff}`;
  }

  /** As many pages of a text as fit, from the 1-based `page` on. @param news a line that comes after them */
  private async servePart(text: string, page: number, news: string, fault: Fault): Promise<FunctionOutcome> {
    const { counter } = this.parts;
    const [newsTokens = 0] = await counter.count([news]);
    const served = await servePages(text, page, this.maxTokens - newsTokens, counter);
    if (!served) return { text: `There is no page ${page}.`, isError: true };
    const more = served.next === undefined ? '' : `; go on with page: ${served.next}`;
    const lines = [served.text, served.label && `[${served.label}${more}]`, news].filter(Boolean);
    return { text: lines.join('\n'), fault };
  }
}

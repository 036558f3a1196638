/** Serves page faults in the order of the hierarchy: resident pages, then recall (blobs of what was shown), then the workspace. */
import { type Address, parseRange } from './addresses';
import { cutText } from './cutText';
import type { FunctionOutcome } from './EngineFunction';
import { UnknownAddressError } from './errors';
import type { Fault, FilePage } from './events';
import type { FaultHandler, ReadRange } from './FaultHandler';
import { filePageOf, isCut, numberedLine, rawRange, renderFilePage, splitLines } from './filePages';
import { type LineRange, missingRanges, overlap } from './PageTable';
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
}

/** Own tokens of a page's heading, which every further range of a result adds. */
const HEADING_TOKENS = 48;
/** Longest diff that accompanies a superseded page, characters. */
const MAX_DIFF_CHARS = 4000;

export class TieredFaultHandler implements FaultHandler {
  private readonly stored: StoredPages;
  /** Pages served in this step that are not in the queue yet: parallel calls must not serve them twice. */
  private readonly claimed: FilePage[] = [];
  private reading: Promise<unknown> = Promise.resolve();

  /** @param maxTokens largest page served at once, own tokens */
  constructor(
    private readonly parts: FaultHandlerParts,
    private readonly maxTokens: number,
  ) {
    this.stored = new StoredPages(parts.state, parts.blobs, parts.history);
  }

  /** Reads of one step are served one after the other, each with what the one before has shown. */
  readFile(range: ReadRange, signal: AbortSignal): Promise<FunctionOutcome> {
    const outcome = this.reading.then(() => this.read(range, signal));
    this.reading = outcome.catch(() => undefined);
    return outcome;
  }

  private async read(range: ReadRange, signal: AbortSignal): Promise<FunctionOutcome> {
    const { files, state } = this.parts;
    const snapshot = await files.read(range.path, signal);
    const lines = splitLines(snapshot.text);
    if (lines.length === 0) return { text: `${snapshot.path} is empty (0 lines).` };
    const startLine = Math.max(1, range.startLine ?? 1);
    const endLine = Math.min(lines.length, range.endLine ?? lines.length);
    if (startLine > lines.length || endLine < startLine) {
      return {
        text: `${snapshot.path} has ${lines.length} lines; lines ${startLine}-${range.endLine ?? '…'} do not exist.`,
        isError: true,
      };
    }
    const wanted = { startLine, endLine };
    const resident = [...state.pages.freshPagesOf(snapshot.path), ...state.rules.shown, ...this.claimed]
      .filter((page) => page.path === snapshot.path)
      .filter((page) => this.hashOf(lines, page) === this.addressHash(page.address));
    const missing = missingRanges(wanted, resident);
    if (missing.length === 0) {
      const held = resident.filter((page) => overlap(page, wanted)).map((page) => page.address);
      const ahead = held.some((address) => state.pages.get(address)?.origin === 'prefetch');
      return {
        text: `Lines ${startLine}-${endLine} of ${snapshot.path} are already in your window, unchanged: ${listed(held)}`,
        fault: { kind: 'minor', tier: 'resident', ...(ahead ? { cause: 'prefetch' } : {}) },
      };
    }
    return this.serve(snapshot, lines, wanted, missing, resident);
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
    const fault = { kind: 'major', tier: 'recall' } as const;
    const current = await this.currentText(parsed.addressPath, signal);
    if (current === undefined) {
      const news = `[superseded: ${parsed.addressPath} can no longer be read; this is what it was]`;
      return this.servePart(shown.text, page, news, fault);
    }
    const now = rawRange(splitLines(current.text), parsed);
    if (now !== source)
      return this.servePart(shown.text, page, await this.superseded(current.path, source, now), fault);
    // No line is resident twice: of what is there in part, only the rest is brought in.
    if (page === 1 && state.pages.freshPagesOf(current.path).some((held) => overlap(held, parsed)))
      return this.readFile(
        { path: current.path, startLine: parsed.startLine, endLine: parsed.endLine },
        signal,
      );
    const outcome = await this.servePart(shown.text, page, '', fault);
    if (outcome.text !== shown.text) return outcome;
    return { ...outcome, pages: [{ ...filePage, path: current.path, version: current.version }] };
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
    if (fresh && lines.length > 0 && !lines.some(isCut)) {
      return this.readFile({ path: current.path, startLine: from, endLine: from + lines.length - 1 }, signal);
    }
    const fault = { kind: 'major', tier: 'recall' } as const;
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

  private async serve(
    snapshot: FileSnapshot,
    lines: readonly string[],
    wanted: LineRange,
    missing: readonly LineRange[],
    resident: readonly (LineRange & { readonly address: string })[],
  ): Promise<FunctionOutcome> {
    const { blobs, hash, state } = this.parts;
    const pages: FilePage[] = [];
    const texts: string[] = [];
    let left = this.maxTokens;
    let recalled = false;
    let hinted = false;
    let next: number | undefined;
    for (const range of missing) {
      const fitted = await this.fit(lines, range, left);
      // The first range always gets a line, else the model could never move on.
      if (fitted.count === 0 && pages.length > 0) {
        next = range.startLine;
        break;
      }
      const served = { startLine: range.startLine, endLine: range.startLine + Math.max(1, fitted.count) - 1 };
      left -= fitted.tokens + HEADING_TOKENS;
      const source = rawRange(lines, served);
      const heading = `lines ${served.startLine}-${served.endLine} of ${lines.length} · ${fitted.tokens} tokens`;
      const shown = renderFilePage(snapshot.addressPath, served, source, hash(source), heading);
      recalled ||= state.pages.wasEvicted(shown.address);
      hinted ||= state.hints.coversLines(snapshot.addressPath, served);
      const page = filePageOf(snapshot, served, await blobs.put(source));
      pages.push(page);
      // A line that alone is over the limit will be clipped, so it does not count as shown.
      if (fitted.count > 0) this.claimed.push(page);
      texts.push(shown.text);
      if (served.endLine < range.endLine) {
        next = served.endLine + 1;
        break;
      }
    }
    const held = resident.filter((page) => overlap(page, wanted));
    if (held.length > 0) texts.push(`[already in your window: ${listed(held.map((page) => page.address))}]`);
    if (next !== undefined) {
      const perPage = Math.max(1, next - wanted.startLine);
      const pageCount = Math.ceil((wanted.endLine - wanted.startLine + 1) / perPage);
      texts.push(`[page 1 of ${pageCount}; go on with startLine: ${next}]`);
    }
    return {
      text: texts.join('\n'),
      fault: { kind: 'major', tier: recalled ? 'recall' : 'archival', ...(hinted ? { cause: 'hint' } : {}) },
      pages,
    };
  }

  /** How many lines from the range's start fit into `limit` own tokens. */
  private async fit(
    lines: readonly string[],
    range: LineRange,
    limit: number,
  ): Promise<{ readonly count: number; readonly tokens: number }> {
    // A numbered line has at least three tokens, so no more lines than this can fit.
    const candidates = lines.slice(
      range.startLine - 1,
      Math.min(range.endLine, range.startLine - 1 + Math.ceil(limit / 2)),
    );
    const counts = await this.parts.counter.count(
      candidates.map((line, i) => numberedLine(line, range.startLine + i)),
    );
    let tokens = 0;
    let count = 0;
    for (const cost of counts) {
      if (tokens + cost + 1 > limit) break;
      tokens += cost + 1;
      count++;
    }
    return { count, tokens: count === 0 ? (counts[0] ?? 0) : tokens };
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

  private hashOf(lines: readonly string[], range: LineRange): string {
    return this.parts.hash(rawRange(lines, range)).slice(0, 16);
  }

  private addressHash(address: string): string {
    return address.slice(address.lastIndexOf('@') + 1);
  }
}

/** Addresses a result names at most. */
const LISTED = 6;

function listed(addresses: readonly string[]): string {
  const more = addresses.length > LISTED ? ` and ${addresses.length - LISTED} more` : '';
  return `${addresses.slice(0, LISTED).join(', ')}${more}`;
}

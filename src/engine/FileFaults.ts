/** Page faults of lines of files: serves what is not in the window yet, at most what is admitted. */
import type { FunctionOutcome } from './EngineFunction';
import type { ReadRange } from './FaultHandler';
import type { FoundPlaces } from './FoundPlaces';
import { filePageOf, numberedLine, rawRange, renderFilePage, splitLines } from './filePages';
import { type LineRange, missingRanges, overlap } from './PageTable';
import type { FilePage } from './pages';
import type { BlobStore, ContentHasher, FileSnapshot, TokenCounter, WorkspaceFiles } from './ports';
import type { SessionState } from './SessionState';

export interface FileFaultParts {
  readonly state: SessionState;
  readonly files: WorkspaceFiles;
  readonly blobs: BlobStore;
  readonly counter: TokenCounter;
  readonly hash: ContentHasher;
  /** What was found by searches; without it nothing is held against them. */
  readonly found?: FoundPlaces;
}

/** How the model asks for what follows, from a line on. */
type RestLabel = (startLine: number) => string;

/** Own tokens of a page's heading, which every further range of a result adds. */
const HEADING_TOKENS = 48;

export class FileFaults {
  /** Pages served in this step that are not in the queue yet: parallel calls must not serve them twice. */
  private readonly claimed: FilePage[] = [];
  private reading: Promise<unknown> = Promise.resolve();

  /** @param maxTokens own tokens served at once */
  constructor(
    private readonly parts: FileFaultParts,
    private readonly maxTokens: number,
  ) {}

  /**
   * Reads of one step are served one after the other, each with what the one before has shown.
   * @param rest how the result says to ask for what did not fit
   * @throws OutsideWorkspaceError | UnreadableFileError
   */
  serve(range: ReadRange, signal: AbortSignal, rest: RestLabel = nextLine): Promise<FunctionOutcome> {
    const outcome = this.reading.then(() => this.read(range, signal, rest));
    this.reading = outcome.catch(() => undefined);
    return outcome;
  }

  private async read(range: ReadRange, signal: AbortSignal, rest: RestLabel): Promise<FunctionOutcome> {
    const snapshot = await this.parts.files.read(range.path, signal);
    const lines = splitLines(snapshot.text);
    const asked = { startLine: range.startLine ?? 1, endLine: range.endLine ?? Number.POSITIVE_INFINITY };
    const news = newsOf(this.parts.found?.outdated(snapshot.path, lines, asked) ?? []);
    const outcome = await this.serveLines(snapshot, lines, range, news === '' ? 0 : HEADING_TOKENS, rest);
    return news === '' ? outcome : { ...outcome, text: `${outcome.text}\n${news}` };
  }

  /** @param reserved own tokens that are kept free */
  private async serveLines(
    snapshot: FileSnapshot,
    lines: readonly string[],
    range: ReadRange,
    reserved: number,
    rest: RestLabel,
  ): Promise<FunctionOutcome> {
    const { state } = this.parts;
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
    return this.bringIn(snapshot, lines, wanted, missing, resident, this.maxTokens - reserved, rest);
  }

  /** Whether a line can be shown within what is admitted. */
  async holds(line: string, number: number): Promise<boolean> {
    const [tokens = 0] = await this.parts.counter.count([numberedLine(line, number)]);
    return tokens < this.maxTokens;
  }

  private async bringIn(
    snapshot: FileSnapshot,
    lines: readonly string[],
    wanted: LineRange,
    missing: readonly LineRange[],
    resident: readonly (LineRange & { readonly address: string })[],
    maxTokens: number,
    rest: RestLabel,
  ): Promise<FunctionOutcome> {
    const { blobs, hash, state } = this.parts;
    const pages: FilePage[] = [];
    const texts: string[] = [];
    let left = maxTokens;
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
      texts.push(`[page 1 of ${pageCount}; go on with ${rest(next)}]`);
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

  private hashOf(lines: readonly string[], range: LineRange): string {
    return this.parts.hash(rawRange(lines, range)).slice(0, 16);
  }

  private addressHash(address: string): string {
    return address.slice(address.lastIndexOf('@') + 1);
  }
}

/** What is said of places that a search had another text of; nothing when there are none. */
function newsOf(outdated: readonly LineRange[]): string {
  if (outdated.length === 0) return '';
  const places = outdated.slice(0, LISTED).map(({ startLine, endLine }) => `${startLine}-${endLine}`);
  return `[the index had an older text of lines ${places.join(', ')}: this is the file as it is now, and it is indexed again]`;
}

function nextLine(startLine: number): string {
  return `startLine: ${startLine}`;
}

/** Addresses a result names at most. */
const LISTED = 6;

function listed(addresses: readonly string[]): string {
  const more = addresses.length > LISTED ? ` and ${addresses.length - LISTED} more` : '';
  return `${addresses.slice(0, LISTED).join(', ')}${more}`;
}

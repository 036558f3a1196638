/** No stale page is acted on: compares resident file pages and pinned file notes with the files as they are now. */
import { parseAddress } from './addresses';
import type { SessionEventBody } from './events';
import { rawRange, splitLines } from './filePages';
import type { LineRange, ResidentPage } from './PageTable';
import type { BlobStore, ContentHasher, TextDiff, WorkspaceFiles } from './ports';
import type { SessionRecorder } from './SessionRecorder';

export interface CoherenceParts {
  readonly recorder: SessionRecorder;
  readonly files: WorkspaceFiles;
  readonly blobs: BlobStore;
  readonly hash: ContentHasher;
  readonly diff: TextDiff;
}

/** Characters that the diffs of one interrupt may take; pages whose diff does not fit are named by their address. */
const MAX_DIFF_CHARS = 1500;
/** Pages that one interrupt names; after a checkout there may be hundreds. */
const MAX_NAMED_PAGES = 12;

export interface StalenessNews {
  readonly text: string;
  /** Sequence number of the last event told. */
  readonly through: number;
}

/** The lines of files as they are now, each read once; undefined for what cannot be read. */
type CurrentLines = (path: string) => Promise<readonly string[] | undefined>;

export class CoherenceChecker {
  private checking: Promise<unknown> = Promise.resolve();
  /** Version of its file at which a page was found stale: another look makes sense when it has moved on. */
  private readonly staleAt = new Map<string, string | undefined>();

  /** Of each note from a file: its source and the version of the file at the last look. */
  private readonly lookedAt = new Map<string, string>();

  constructor(private readonly parts: CoherenceParts) {}

  /**
   * Looks at every resident page whose file's version has moved, and at the notes taken from files; records what went
   * stale and what is again as it was. Calls run one after the other.
   * @throws the signal's reason when aborted: a read that was cut short is no news of the file | JournalError
   */
  refresh(signal: AbortSignal): Promise<void> {
    const checked = this.checking.then(() => this.check(signal));
    this.checking = checked.catch(() => undefined);
    return checked;
  }

  /** What the model has not been told of the pages it holds. */
  async news(signal: AbortSignal): Promise<StalenessNews | undefined> {
    const { state } = this.parts.recorder;
    const through = state.staleNews.through;
    const pages = state.staleNews.pending().flatMap(({ address, stale }) => {
      const page = state.pages.get(address);
      return page?.kind === 'file' && page.stale === stale ? [page as ResidentPage] : [];
    });
    if (pages.length === 0) return undefined;
    const linesOf = this.reader(signal);
    const texts: string[] = [];
    let room = MAX_DIFF_CHARS;
    for (const page of pages.slice(0, MAX_NAMED_PAGES)) {
      const text = await this.describe(page, room, linesOf);
      room -= text.length;
      texts.push(text);
    }
    const unnamed = pages.slice(MAX_NAMED_PAGES);
    const more = unnamed.filter((page) => page.stale).length;
    if (more > 0) texts.push(`${more} more pages are stale: read a file again before you rely on it.`);
    if (unnamed.length > more) texts.push(`${unnamed.length - more} more pages are again as you hold them.`);
    return { text: texts.join('\n'), through };
  }

  private async check(signal: AbortSignal): Promise<void> {
    const linesOf = this.reader(signal);
    const events = [...(await this.pageEvents(linesOf)), ...(await this.noteEvents(linesOf))];
    if (events.length > 0) await this.parts.recorder.recordWhen(() => signal.throwIfAborted(), ...events);
  }

  private async pageEvents(linesOf: CurrentLines): Promise<SessionEventBody[]> {
    const { recorder, files } = this.parts;
    const { pages } = recorder.state;
    for (const address of this.staleAt.keys()) if (!pages.get(address)) this.staleAt.delete(address);
    const byPath = new Map<string, ResidentPage[]>();
    for (const page of pages.pages()) byPath.set(page.path, [...(byPath.get(page.path) ?? []), page]);
    const events: SessionEventBody[] = [];
    for (const [path, held] of byPath) {
      const version = await files.version(path);
      const moved = held.filter(
        (page) => (page.stale ? this.staleAt.get(page.address) : page.version) !== version,
      );
      if (moved.length === 0) continue;
      const lines = await linesOf(path);
      for (const page of moved) {
        const same = lines !== undefined && this.matches(page.address, lines, page);
        if (same && version !== undefined) pages.confirm(page.address, version);
        if (!same) this.staleAt.set(page.address, version);
        if (same === !page.stale) continue;
        const { address } = page;
        const reason = lines === undefined ? 'the file can no longer be read' : 'the file has changed';
        events.push(same ? { type: 'page.fresh', address } : { type: 'page.stale', address, reason });
      }
    }
    return events;
  }

  private async noteEvents(linesOf: CurrentLines): Promise<SessionEventBody[]> {
    const events: SessionEventBody[] = [];
    for (const { id, source = '', stale = false } of this.parts.recorder.state.notes.list()) {
      const range = parseAddress(source);
      if (range?.kind !== 'file') continue;
      const path = this.pathOf(range.addressPath);
      const version = path && (await this.parts.files.version(path));
      const looked = `${id} ${source} ${version}`;
      if (this.lookedAt.get(id) === looked) continue;
      const lines = path === undefined ? undefined : await linesOf(path);
      this.lookedAt.set(id, looked);
      const same = lines !== undefined && this.matches(source, lines, range);
      if (same === !stale) continue;
      const reason =
        lines === undefined ? 'its file can no longer be read' : 'the lines it was taken from have changed';
      events.push(same ? { type: 'note.fresh', id } : { type: 'note.stale', id, reason });
    }
    return events;
  }

  /** @returns undefined when its folder is no longer open */
  private pathOf(addressPath: string): string | undefined {
    try {
      return this.parts.files.fromAddress(addressPath);
    } catch {
      return undefined;
    }
  }

  private reader(signal: AbortSignal): CurrentLines {
    const known = new Map<string, Promise<readonly string[] | undefined>>();
    const read = async (path: string): Promise<readonly string[] | undefined> => {
      try {
        return splitLines((await this.parts.files.read(path, signal)).text);
      } catch (error) {
        if (signal.aborted) throw error;
        // Gone or unreadable: that is itself the news.
        return undefined;
      }
    };
    return (path) => {
      const lines = known.get(path) ?? read(path);
      known.set(path, lines);
      return lines;
    };
  }

  private matches(address: string, lines: readonly string[], range: LineRange): boolean {
    return address.endsWith(`@${this.parts.hash(rawRange(lines, range)).slice(0, 16)}`);
  }

  private async describe(page: ResidentPage, room: number, linesOf: CurrentLines): Promise<string> {
    const { address, path } = page;
    if (!page.stale) return `Fresh again: ${address}: ${path} says there what it said.`;
    const lines = await linesOf(path);
    if (!lines) return `Stale: ${address}: ${path} was deleted, moved or made unreadable.`;
    const diff = room > 0 ? await this.diffOf(page, rawRange(lines, page)) : undefined;
    const fits = diff !== undefined && diff.length <= room;
    return `Stale: ${address} no longer matches ${path}; ${fits ? `now:\n${diff}` : 'read the file again.'}`;
  }

  /** @returns undefined where a diff must not be shown */
  private async diffOf(page: ResidentPage, now: string): Promise<string | undefined> {
    const { files, blobs, diff } = this.parts;
    // What a secret file says now was not asked for, and only the person can allow it.
    if (await files.isSecret(page.path)) return undefined;
    return diff(await blobs.get(page.source), now);
  }
}

/** No stale page is acted on: compares resident file pages and pinned file notes with the files as they are now. */
import { parseAddress } from './addresses';
import type { SessionEventBody } from './events';
import { rawRange, splitLines } from './filePages';
import type { ResidentPage } from './PageTable';
import type { BlobStore, ContentHasher, TextDiff, WorkspaceFiles } from './ports';
import type { SessionState } from './SessionState';

export interface CoherenceParts {
  readonly state: SessionState;
  readonly files: WorkspaceFiles;
  readonly blobs: BlobStore;
  readonly hash: ContentHasher;
  readonly diff: TextDiff;
}

/** Characters that the diffs of one interrupt may take; pages whose diff does not fit are named by their address. */
const MAX_DIFF_CHARS = 1500;
/** Pages that one interrupt names; after a checkout there may be hundreds. */
const MAX_NAMED_PAGES = 12;

export interface Staleness {
  /** `page.stale` and `note.stale` events to record. */
  readonly events: readonly SessionEventBody[];
  /** Text of the interrupt for the model; empty when no resident page went stale. */
  readonly interrupt: string;
}

export class CoherenceChecker {
  constructor(private readonly parts: CoherenceParts) {}

  /** Checks every resident page whose file's version has moved. */
  async checkPages(signal: AbortSignal): Promise<Staleness> {
    const { state, files } = this.parts;
    const byPath = new Map<string, ResidentPage[]>();
    for (const page of state.pages.pages()) {
      if (!page.stale) byPath.set(page.path, [...(byPath.get(page.path) ?? []), page]);
    }
    const events: SessionEventBody[] = [];
    const texts: string[] = [];
    let room = MAX_DIFF_CHARS;
    for (const [path, pages] of byPath) {
      const version = await files.version(path);
      const moved = pages.filter((page) => page.version !== version);
      if (moved.length === 0) continue;
      const lines = await this.currentLines(path, signal);
      for (const page of moved) {
        const now = lines && rawRange(lines, page);
        if (now !== undefined && this.hashMatches(page.address, now)) {
          state.pages.confirm(page.address, version ?? '');
          continue;
        }
        const reason = now === undefined ? 'the file can no longer be read' : 'the file has changed';
        events.push({ type: 'page.stale', address: page.address, reason });
        const diff = await this.diffOf(page, now);
        const fits = diff !== undefined && diff.length <= room;
        if (fits) room -= diff.length;
        texts.push(describe(page, now !== undefined, fits ? diff : undefined));
      }
    }
    const more = texts.length - MAX_NAMED_PAGES;
    const named = texts.slice(0, MAX_NAMED_PAGES);
    if (more > 0) named.push(`${more} more pages are stale: read a file again before you rely on it.`);
    return { events, interrupt: named.join('\n') };
  }

  /** Checks the pinned notes that were taken from files. */
  async checkNotes(signal: AbortSignal): Promise<readonly SessionEventBody[]> {
    const events: SessionEventBody[] = [];
    for (const note of this.parts.state.notes.list()) {
      const source = note.source === undefined || note.stale ? undefined : parseAddress(note.source);
      if (source?.kind !== 'file' || note.source === undefined) continue;
      const lines = await this.currentLinesOf(source.addressPath, signal);
      const now = lines && rawRange(lines, source);
      if (now !== undefined && this.hashMatches(note.source, now)) continue;
      const reason =
        now === undefined ? 'its file can no longer be read' : 'the lines it was taken from have changed';
      events.push({ type: 'note.stale', id: note.id, reason });
    }
    return events;
  }

  private currentLines(path: string, signal: AbortSignal): Promise<string[] | undefined> {
    return this.readLines(() => path, signal);
  }

  private currentLinesOf(addressPath: string, signal: AbortSignal): Promise<string[] | undefined> {
    return this.readLines(() => this.parts.files.fromAddress(addressPath), signal);
  }

  private async readLines(path: () => string, signal: AbortSignal): Promise<string[] | undefined> {
    try {
      return splitLines((await this.parts.files.read(path(), signal)).text);
    } catch {
      // Gone or unreadable: that is itself the news, and the caller reports it.
      return undefined;
    }
  }

  private hashMatches(address: string, raw: string): boolean {
    return address.endsWith(`@${this.parts.hash(raw).slice(0, 16)}`);
  }

  /** @returns undefined where a diff must not or cannot be shown */
  private async diffOf(page: ResidentPage, now: string | undefined): Promise<string | undefined> {
    // What a secret file says now was not asked for, and only the person can allow it.
    if (now === undefined || (await this.parts.files.isSecret(page.path))) return undefined;
    return this.parts.diff(await this.parts.blobs.get(page.source), now);
  }
}

function describe(page: ResidentPage, readable: boolean, diff: string | undefined): string {
  if (!readable) return `Stale: ${page.address}: ${page.path} was deleted, moved or made unreadable.`;
  const change = diff === undefined ? 'read the file again.' : `now:\n${diff}`;
  return `Stale: ${page.address} no longer matches ${page.path}; ${change}`;
}

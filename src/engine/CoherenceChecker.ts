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

/** Longest diff an interrupt carries, characters; a longer one is named by its address only. */
const MAX_DIFF_CHARS = 1500;

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
        texts.push(await this.describe(page, now));
      }
    }
    return { events, interrupt: texts.join('\n') };
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

  private async describe(page: ResidentPage, now: string | undefined): Promise<string> {
    if (now === undefined)
      return `Stale: ${page.address}: ${page.path} was deleted, moved or made unreadable.`;
    const diff = this.parts.diff(await this.parts.blobs.get(page.source), now);
    const change =
      diff.length <= MAX_DIFF_CHARS ? `now:\n${diff}` : 'the change is large; read the file again.';
    return `Stale: ${page.address} no longer matches ${page.path}; ${change}`;
  }
}

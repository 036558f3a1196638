import { lstat } from 'node:fs/promises';
import { tableFromIPC } from 'apache-arrow';
import { type FileKey, type KnownFile, keyOf } from './Catalog';
import type { ReadFiles } from './PageReader';
import type { CandidatePage } from './pageEvidence';
import { plainRows } from './plainRows';
import type { PageRequest } from './readPages';

/** More text than this is not kept of all clients together, UTF-16 units. */
const maxUnits = 16 * 1024 * 1024;
/** So long after the last text the thread gives back its memory, ms. */
const threadRests = 60_000;
/** What was saved is in the index long before; where it is not (the file is ignored now, indexing paused), ms. */
const savedServes = 60_000;

/** A page of unsaved text, as a row of the table of pages has it. */
export interface UnsavedPage extends Omit<CandidatePage, 'score'> {
  readonly startLine: number;
  readonly endLine: number;
  readonly hash: string;
  readonly text: string;
}

interface UnsavedFile {
  readonly file: FileKey;
  readonly path: string;
  readonly text: string;
  readonly pages: readonly UnsavedPage[];
  /** It was saved: its pages serve until the index has something newer than this, but not for ever. */
  readonly saved?: { readonly known: KnownFile | undefined; readonly at: number };
}

export interface UnsavedFilesParts {
  readonly reader: {
    read(files: readonly PageRequest[]): Promise<ReadFiles>;
    rest(): void;
    stop(): void;
  };
  /** What reading a file would take; undefined when the index does not want it. */
  readonly request: (path: string) => Promise<PageRequest | undefined>;
  readonly known: (file: FileKey) => KnownFile | undefined;
  /** Has files indexed, absolute paths. */
  readonly reindex: (paths: readonly string[]) => void;
}

/** Who sent a text: it goes when its client goes. */
export type ClientId = symbol;

/** What editors show and have not saved: cut as files are, kept in memory, searched in the place of what is stored of them. */
export class UnsavedFiles {
  /** By absolute path, then by client: what was sent last is last. */
  private readonly sent = new Map<string, Map<ClientId, string>>();
  private readonly cut = new Map<string, UnsavedFile>();
  /** Of each path the work that was begun last. */
  private readonly working = new Map<string, Promise<void>>();
  private restTimer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: UnsavedFilesParts) {}

  /**
   * Resolves when searches find it.
   * @param path absolute
   * @param text null: it was saved, or given up
   */
  set(client: ClientId, path: string, text: string | null): Promise<void> {
    const texts = this.sent.get(path) ?? new Map<ClientId, string>();
    texts.delete(client);
    if (text !== null && this.units() + text.length <= maxUnits) texts.set(client, text);
    if (texts.size > 0) this.sent.set(path, texts);
    else this.sent.delete(path);
    return this.follow(path);
  }

  /** Forgets what a client has sent. */
  async leave(client: ClientId): Promise<void> {
    const paths = [...this.sent].filter(([, texts]) => texts.has(client)).map(([path]) => path);
    await Promise.all(paths.map((path) => this.set(client, path, null)));
  }

  /** Asks again which texts the index wants: folders or ignore rules are others now. */
  async refresh(): Promise<void> {
    await Promise.all([...this.sent.keys()].map((path) => this.follow(path)));
  }

  /** The files whose pages are here, by `keyOf`. */
  files(): ReadonlyMap<string, UnsavedFile> {
    for (const [path, { file, saved }] of this.cut) {
      if (!saved) continue;
      const known = this.parts.known(file);
      if ((known && known !== saved.known) || Date.now() - saved.at > savedServes) this.cut.delete(path);
    }
    return new Map([...this.cut.values()].map((unsaved) => [keyOf(unsaved.file), unsaved]));
  }

  dispose(): void {
    clearTimeout(this.restTimer);
    this.sent.clear();
    this.cut.clear();
    this.parts.reader.stop();
  }

  private units(): number {
    let sum = 0;
    for (const texts of this.sent.values()) for (const text of texts.values()) sum += text.length;
    return sum;
  }

  private latest(path: string): string | undefined {
    return [...(this.sent.get(path)?.values() ?? [])].at(-1);
  }

  /** One after the other for a path; what was overtaken meanwhile is not cut. */
  private follow(path: string): Promise<void> {
    const work = (this.working.get(path) ?? Promise.resolve()).then(() => this.bringUpToDate(path));
    const settled = work.catch(() => undefined);
    this.working.set(path, settled);
    void settled.then(() => {
      if (this.working.get(path) === settled) this.working.delete(path);
    });
    return work;
  }

  private async bringUpToDate(path: string): Promise<void> {
    const text = this.latest(path);
    if (text === undefined) return this.release(path);
    const request = await this.parts.request(path);
    if (!request) {
      this.cut.delete(path);
      return;
    }
    const before = this.cut.get(path);
    if (before && !before.saved && before.text === text && keyOf(before.file) === keyOf(request)) return;
    const { results, bytes } = await this.parts.reader.read([{ ...request, text }]);
    this.restLater();
    // Taken back meanwhile: the work that follows says what becomes of the pages.
    if (this.latest(path) === undefined) return;
    // What is not cut (minified, too large) leaves the pages of the file as they are.
    if (results[0]?.state !== 'indexed') {
      this.cut.delete(path);
      return;
    }
    const pages = bytes.flatMap((part) => plainRows(tableFromIPC(part.pages), ['toks', 'head']));
    this.cut.set(path, {
      file: { root: request.root, rel: request.rel },
      path,
      text,
      pages: pages as unknown as UnsavedPage[],
    });
  }

  /** What was saved is found in the index soon; until then its pages are newer than those of the index. */
  private async release(path: string): Promise<void> {
    const unsaved = this.cut.get(path);
    if (!unsaved || unsaved.saved) return;
    const known = this.parts.known(unsaved.file);
    const stat = await lstat(path).catch(() => undefined);
    const saved = stat && (stat.mtimeMs !== known?.mtime || stat.size !== known.size);
    if (saved) this.cut.set(path, { ...unsaved, saved: { known, at: Date.now() } });
    else this.cut.delete(path);
    this.parts.reindex([path]);
  }

  private restLater(): void {
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => this.parts.reader.rest(), threadRests).unref();
  }
}

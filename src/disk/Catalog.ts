import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ColumnTable } from './ColumnTable';
import type { Database } from './Database';
import { unfinishedMark } from './integrity';
import type { ParseState } from './Page';
import { isOneOf, quote } from './sql';
import { filesSchema } from './tableSchemas';

/** What the index knows of a file. */
export interface KnownFile {
  readonly root: string;
  readonly rel: string;
  readonly mtime: number;
  readonly size: number;
  readonly hash: string;
  readonly pages: number;
  /** Shared: as in the shared index, which has its pages. */
  readonly state: 'indexed' | 'shared' | 'skipped' | 'failed';
  readonly reason: string;
  /** The index generation in which it was last written. */
  readonly generation: number;
  /** How it was cut: along its syntax, by lines, or by lines because its grammar failed. */
  readonly parse: ParseState;
}

export interface FileKey {
  readonly root: string;
  readonly rel: string;
}

export interface FileCounts {
  readonly files: number;
  readonly pages: number;
  readonly skipped: number;
  readonly failed: number;
  /** Files whose grammar failed: cut by lines. */
  readonly fallback: number;
}

const separator = '\0';
const columns = [
  'root',
  'rel',
  'mtime',
  'size',
  'hash',
  'pages',
  'state',
  'reason',
  'generation',
  'parse',
] as const;

export function keyOf(file: FileKey): string {
  return file.root + separator + file.rel;
}

function splitKey(key: string): FileKey {
  const at = key.indexOf(separator);
  return { root: key.slice(0, at), rel: key.slice(at + 1) };
}

/** A filter for the rows of some files. */
export function rowsOf(files: readonly FileKey[]): string {
  const parts = [...new Set(files.map((file) => file.root))].map((root) => {
    const rels = files.filter((file) => file.root === root).map((file) => file.rel);
    return `(root = ${quote(root)} AND ${isOneOf('rel', rels)})`;
  });
  return parts.length === 0 ? 'false' : parts.join(' OR ');
}

/** The files table, held in memory: one small object per file. */
export class Catalog {
  private readonly known = new Map<string, KnownFile>();
  /** Files that may have rows in the other tables although a kill kept their entry from being written. */
  private readonly strays = new Set<string>();
  private lastGeneration = 0;
  private marked = false;
  private readonly tally = { files: 0, pages: 0, skipped: 0, failed: 0 };
  /** Files whose grammar failed. */
  private readonly fallbacks = new Set<string>();
  private readonly mark: string;

  private constructor(private readonly database: Database) {
    this.mark = join(database.folder, unfinishedMark);
  }

  static async load(database: Database): Promise<Catalog> {
    const catalog = new Catalog(database);
    await catalog.loadFiles();
    catalog.marked = await stat(catalog.mark).then(
      () => true,
      () => false,
    );
    // The files table is empty when any table had to be made anew.
    if (catalog.marked || catalog.known.size === 0) await catalog.findStrays();
    return catalog;
  }

  private async loadFiles(): Promise<void> {
    let root = '';
    for await (const batch of this.database.files.batches(columns)) {
      const [roots, rels, mtimes, sizes, hashes, pages, states, reasons, generations, parses] = columns.map(
        (name) => batch.getChild(name),
      );
      for (let i = 0; i < batch.numRows; i++) {
        const own: string = roots?.get(i);
        // One string for all files, instead of one for each.
        if (own !== root) root = own;
        this.set({
          root,
          rel: rels?.get(i),
          mtime: mtimes?.get(i),
          size: sizes?.get(i),
          hash: hashes?.get(i),
          pages: pages?.get(i),
          state: states?.get(i),
          reason: reasons?.get(i),
          generation: generations?.get(i),
          parse: parses?.get(i),
        });
      }
    }
  }

  private async findStrays(): Promise<void> {
    const { pages, symbols } = this.database;
    for (const table of [pages, symbols]) {
      for await (const batch of table.batches(['root', 'rel'])) {
        const [roots, rels] = [batch.getChild('root'), batch.getChild('rel')];
        for (let i = 0; i < batch.numRows; i++) {
          const key = keyOf({ root: roots?.get(i), rel: rels?.get(i) });
          if (!this.known.has(key)) this.strays.add(key);
        }
      }
    }
  }

  /** A number for what is written next: greater than all before. */
  nextGeneration(): number {
    this.lastGeneration += 1;
    return this.lastGeneration;
  }

  get counts(): FileCounts {
    return { ...this.tally, fallback: this.fallbacks.size };
  }

  /** The first files whose grammar failed. */
  fallbackFiles(limit: number): FileKey[] {
    return [...this.fallbacks].slice(0, limit).map(splitKey);
  }

  get(file: FileKey): KnownFile | undefined {
    return this.known.get(keyOf(file));
  }

  /** Whether a search may give pages of a file. */
  isSearched(file: FileKey): boolean {
    const state = this.get(file)?.state;
    return state === 'indexed' || state === 'shared';
  }

  files(): IterableIterator<KnownFile> {
    return this.known.values();
  }

  /** Known files in folders. */
  under(folders: readonly FileKey[]): FileKey[] {
    const keys = new Set(folders.map(keyOf));
    const found: FileKey[] = [];
    if (keys.size === 0) return found;
    for (const file of this.known.values()) {
      for (let end = file.rel.indexOf('/'); end >= 0; end = file.rel.indexOf('/', end + 1)) {
        if (!keys.has(keyOf({ root: file.root, rel: file.rel.slice(0, end) }))) continue;
        found.push(file);
        break;
      }
    }
    return found;
  }

  /** Files with rows in any table. */
  everything(): FileKey[] {
    return [...this.known.values(), ...[...this.strays].map(splitKey)];
  }

  /** Says on disk that the tables are being written: a start that finds it looks for what a kill has left. */
  async begin(): Promise<void> {
    if (this.marked) return;
    await writeFile(this.mark, '');
    this.marked = true;
  }

  /** Takes back what `begin` said: all tables are in step. */
  async finish(): Promise<void> {
    if (!this.marked || this.strays.size > 0) return;
    await rm(this.mark, { force: true });
    this.marked = false;
  }

  /**
   * Removes all rows of some files, what is known of them first: killed at any point in between, the next start finds the
   * pages without their entry and indexes the file again.
   */
  async forget(files: readonly FileKey[]): Promise<void> {
    const stored = files.filter((file) => this.known.has(keyOf(file)) || this.strays.has(keyOf(file)));
    if (stored.length > 0) await this.begin();
    for (let i = 0; i < stored.length; i += 500) {
      const some = stored.slice(i, i + 500);
      const where = rowsOf(some);
      await this.database.files.delete(where);
      if (some.some((file) => (this.get(file)?.pages ?? 1) > 0)) {
        await Promise.all([this.database.pages.delete(where), this.database.symbols.delete(where)]);
      }
      for (const file of some) this.remove(keyOf(file));
    }
  }

  /** Notes that pages of files are about to be written. */
  async expectPages(files: readonly FileKey[]): Promise<void> {
    await this.begin();
    for (const file of files) this.strays.add(keyOf(file));
  }

  /** Writes what is known of files, after their pages are written. */
  async remember(files: readonly KnownFile[]): Promise<void> {
    const rows = new ColumnTable(filesSchema);
    for (const file of files) rows.add({ ...file });
    await this.database.files.addTable(rows.table());
    for (const file of files) {
      this.strays.delete(keyOf(file));
      this.set(file);
    }
  }

  /** Replaces entries whose pages stay as they are. */
  async refresh(files: readonly KnownFile[]): Promise<void> {
    if (files.length > 0) await this.begin();
    for (let i = 0; i < files.length; i += 500) {
      const some = files.slice(i, i + 500);
      await this.database.files.delete(rowsOf(some));
      await this.remember(some);
    }
  }

  private set(file: KnownFile): void {
    const key = keyOf(file);
    const before = this.known.get(key);
    if (before) this.count(before, -1);
    this.known.set(key, file);
    this.count(file, 1);
    if (file.parse === 'fallback') this.fallbacks.add(key);
    else this.fallbacks.delete(key);
    this.lastGeneration = Math.max(this.lastGeneration, file.generation);
  }

  private remove(key: string): void {
    const file = this.known.get(key);
    if (file) this.count(file, -1);
    this.known.delete(key);
    this.fallbacks.delete(key);
    this.strays.delete(key);
  }

  private count(file: KnownFile, sign: 1 | -1): void {
    if (file.state === 'indexed' || file.state === 'shared') this.tally.files += sign;
    else this.tally[file.state] += sign;
    this.tally.pages += sign * file.pages;
  }
}

import type { Database } from './Database';
import { isOneOf, quote } from './sql';

/** What the index knows of a file. */
export interface KnownFile {
  readonly root: string;
  readonly rel: string;
  readonly mtime: number;
  readonly size: number;
  readonly hash: string;
  readonly pages: number;
  readonly state: 'indexed' | 'skipped' | 'failed';
  readonly reason: string;
  /** The index generation in which it was last written. */
  readonly generation: number;
  /** How it was cut: along its syntax, by lines, or by lines because its grammar failed. */
  readonly parse: 'syntax' | 'lines' | 'fallback';
}

export interface FileKey {
  readonly root: string;
  readonly rel: string;
}

const separator = '\0';

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
  /** Files that have rows in the pages table, also when a kill kept their entry from being written. */
  private readonly withPages = new Set<string>();

  private lastGeneration = 0;

  private constructor(private readonly database: Database) {}

  /** A number for what is written next: greater than all before. */
  nextGeneration(): number {
    this.lastGeneration += 1;
    return this.lastGeneration;
  }

  static async load(database: Database): Promise<Catalog> {
    const catalog = new Catalog(database);
    for (const row of await database.files.rows([
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
    ])) {
      const { root, rel, mtime, size, hash, pages, state, reason, generation, parse } =
        row as unknown as KnownFile;
      const file = { root, rel, mtime, size, hash, pages, state, reason, generation, parse };
      catalog.known.set(keyOf(file), file);
      catalog.lastGeneration = Math.max(catalog.lastGeneration, generation);
    }
    for await (const batch of database.pages.scan(['root', 'rel'])) {
      for (const row of batch) catalog.withPages.add(keyOf(row as unknown as FileKey));
    }
    return catalog;
  }

  get(file: FileKey): KnownFile | undefined {
    return this.known.get(keyOf(file));
  }

  files(): IterableIterator<KnownFile> {
    return this.known.values();
  }

  /** Known files within a folder. */
  under(folder: FileKey): FileKey[] {
    const prefix = `${keyOf(folder)}/`;
    return [...this.known.keys()].filter((key) => key.startsWith(prefix)).map(splitKey);
  }

  /** Files with rows in any table. */
  everything(): FileKey[] {
    return [...new Set([...this.known.keys(), ...this.withPages])].map(splitKey);
  }

  /**
   * Removes all rows of some files, what is known of them first: killed at any point in between, the next start finds the
   * pages without their entry and indexes the file again.
   */
  async forget(files: readonly FileKey[]): Promise<void> {
    const stored = files.filter((file) => this.known.has(keyOf(file)) || this.withPages.has(keyOf(file)));
    for (let i = 0; i < stored.length; i += 500) {
      const some = stored.slice(i, i + 500);
      const where = rowsOf(some);
      await this.database.files.delete(where);
      if (some.some((file) => this.withPages.has(keyOf(file)))) {
        await Promise.all([
          this.database.pages.delete(where),
          this.database.symbols.delete(where),
          this.database.vectors.delete(where),
        ]);
      }
      for (const file of some) {
        this.known.delete(keyOf(file));
        this.withPages.delete(keyOf(file));
      }
    }
  }

  /** Notes that pages of a file are about to be written. */
  expectPages(file: FileKey): void {
    this.withPages.add(keyOf(file));
  }

  /** Writes what is known of files, after their pages are written. */
  async remember(files: readonly KnownFile[]): Promise<void> {
    await this.database.files.add(files.map((file) => ({ ...file })));
    for (const file of files) this.known.set(keyOf(file), file);
  }

  /** Replaces entries whose pages stay as they are. */
  async refresh(files: readonly KnownFile[]): Promise<void> {
    for (let i = 0; i < files.length; i += 500) {
      const some = files.slice(i, i + 500);
      await this.database.files.delete(rowsOf(some));
      await this.remember(some);
    }
  }
}

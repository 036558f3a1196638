import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Field, Float64, Schema, Utf8 } from 'apache-arrow';
import type { TableSize } from '../engine/indexStatus';
import { forgetMiscounted } from './integrity';
import { LanceTable } from './LanceTable';
import { loadLance } from './loadLance';
import type { TableSpec } from './TableQueries';
import { filesSchema, pagesSchema, symbolsSchema } from './tableSchemas';

/** Goes up whenever tables, pages or terms change form: tables of another number are dropped and made anew. */
const version = 2;
const folderPrefix = 'tables-v';
/** Folder of the tables, in a store or below the address of a shared index. */
export const tableFolder = `${folderPrefix}${version}`;

/** LanceDB's own limits are 6 GB and 1 GB. */
const indexCacheBytes = 256n * 1024n * 1024n;
const metadataCacheBytes = 64n * 1024n * 1024n;

const text = (name: string) => new Field(name, new Utf8(), false);
const number = (name: string) => new Field(name, new Float64(), false);

export const tableSpecs = {
  files: {
    name: 'files',
    schema: filesSchema,
    keys: ['rel'],
  },
  pages: {
    name: 'pages',
    schema: pagesSchema,
    terms: 'toks',
    keys: ['id', 'rel'],
  },
  symbols: {
    name: 'symbols',
    schema: symbolsSchema,
    keys: ['name', 'rel'],
  },
  /** The latest commits of each root; the higher `sequence`, the newer. */
  commits: {
    name: 'commits',
    schema: new Schema([
      text('root'),
      text('hash'),
      number('sequence'),
      text('toks'),
      text('files'),
      text('moves'),
    ]),
    keys: ['root'],
  },
  messages: {
    name: 'messages',
    schema: new Schema([
      text('id'),
      text('session'),
      number('seq'),
      number('time'),
      text('role'),
      text('name'),
      text('text'),
      // Terms of the days on which it was written and of which it speaks, as they were resolved then.
      text('dates'),
      // What it says about itself: recall/cues.ts.
      number('cues'),
    ]),
    keys: ['id', 'session'],
  },
  notes: {
    name: 'notes',
    schema: new Schema([text('id'), text('session'), number('time'), text('text'), text('toks')]),
    terms: 'toks',
    keys: ['id'],
  },
} satisfies Record<string, TableSpec>;

export type TableName = keyof typeof tableSpecs;

/** The store's LanceDB tables. */
export class Database {
  /** Tables of vectors that are open, by name. */
  private readonly vectors = new Map<string, Promise<LanceTable>>();

  private constructor(
    readonly folder: string,
    private readonly tables: Readonly<Record<TableName, LanceTable>>,
    private readonly openTable: (spec: TableSpec) => Promise<LanceTable>,
    private readonly dropTable: (name: string) => Promise<void>,
  ) {}

  /**
   * Opens the tables of a store, repairing what a killed process left half written.
   * @throws DiskUnavailableError when LanceDB cannot be loaded
   */
  static async open(store: string): Promise<Database> {
    const lance = await loadLance();
    const folder = join(store, tableFolder);
    await mkdir(folder, { recursive: true });
    await removeOtherVersions(store, folder);
    const connection = await lance.connect(
      folder,
      {},
      new lance.Session(indexCacheBytes, metadataCacheBytes),
    );
    const open = (spec: TableSpec) => LanceTable.open(lance, connection, folder, spec);
    const [files, pages, symbols, commits, messages, notes] = await Promise.all([
      open(tableSpecs.files),
      open(tableSpecs.pages),
      open(tableSpecs.symbols),
      open(tableSpecs.commits),
      open(tableSpecs.messages),
      open(tableSpecs.notes),
    ]);
    // Files are known by what is in the other tables: when one of those is gone, everything is indexed again.
    if (pages.rebuilt || symbols.rebuilt) await files.table.delete('true');
    const tables = {
      files: files.table,
      pages: pages.table,
      symbols: symbols.table,
      commits: commits.table,
      messages: messages.table,
      notes: notes.table,
    };
    const database = new Database(
      folder,
      tables,
      async (spec) => (await open(spec)).table,
      (name) => connection.dropTable(name),
    );
    await forgetMiscounted(database);
    return database;
  }

  get files(): LanceTable {
    return this.tables.files;
  }
  get pages(): LanceTable {
    return this.tables.pages;
  }
  get symbols(): LanceTable {
    return this.tables.symbols;
  }
  get commits(): LanceTable {
    return this.tables.commits;
  }
  get messages(): LanceTable {
    return this.tables.messages;
  }
  get notes(): LanceTable {
    return this.tables.notes;
  }

  /** Opens a table of vectors, or makes it. */
  openVectors(spec: TableSpec): Promise<LanceTable> {
    const opened = this.vectors.get(spec.name) ?? this.openTable(spec);
    this.vectors.set(spec.name, opened);
    return opened;
  }

  /** Drops a table of vectors, open or not. */
  async dropVectors(name: string): Promise<void> {
    const opened = await this.vectors.get(name);
    this.vectors.delete(name);
    opened?.close();
    await opened?.settled();
    await this.dropTable(name).catch(() => undefined);
    await rm(join(this.folder, `${name}.lance`), { recursive: true, force: true });
  }

  /** Resolves once no write is under way. */
  async settled(): Promise<void> {
    const tables = [...Object.values(this.tables), ...(await Promise.all(this.vectors.values()))];
    await Promise.all(tables.map((table) => table.settled()));
  }

  /** Bytes the tables take on disk. */
  bytes(): Promise<number> {
    return folderBytes(this.folder);
  }

  /** Rows and bytes of each table. */
  sizes(): Promise<TableSize[]> {
    return Promise.all(
      Object.entries(this.tables).map(async ([name, table]) => ({
        name,
        rows: await table.count(),
        bytes: await folderBytes(join(this.folder, `${name}.lance`)),
      })),
    );
  }
}

async function folderBytes(folder: string): Promise<number> {
  let total = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    total += await stat(join(entry.parentPath, entry.name)).then(
      (info) => info.size,
      () => 0,
    );
  }
  return total;
}

async function removeOtherVersions(store: string, current: string): Promise<void> {
  for (const name of await readdir(store)) {
    const folder = join(store, name);
    if (name.startsWith(folderPrefix) && folder !== current)
      await rm(folder, { recursive: true, force: true });
  }
}

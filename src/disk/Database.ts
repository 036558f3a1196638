import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Field, FixedSizeList, Float32, Float64, Schema, Utf8 } from 'apache-arrow';
import type { TableSize } from '../engine/indexStatus';
import { forgetMiscounted } from './integrity';
import { LanceTable, type TableSpec } from './LanceTable';
import { loadLance } from './loadLance';
import { filesSchema, pagesSchema, symbolsSchema } from './tableSchemas';

/** Goes up whenever tables, pages or terms change form: tables of another number are dropped and made anew. */
const version = 2;
const folderPrefix = 'tables-v';
/** Folder of the tables, in a store or below the address of a shared index. */
export const tableFolder = `${folderPrefix}${version}`;
/** Beside the tables: the model that the vectors were made with. */
export const vectorModelFile = 'lsi.model';

/** LanceDB's own limits are 6 GB and 1 GB. */
const indexCacheBytes = 256n * 1024n * 1024n;
const metadataCacheBytes = 64n * 1024n * 1024n;

const text = (name: string) => new Field(name, new Utf8(), false);
const number = (name: string) => new Field(name, new Float64(), false);

/** Schema of the vectors table for a number of dimensions. */
export function vectorSchema(dimensions: number): Schema {
  const vector = new FixedSizeList(dimensions, new Field('item', new Float32(), true));
  return new Schema([text('id'), text('root'), text('rel'), new Field('vector', vector, false)]);
}

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
  vectors: { name: 'vectors', schema: vectorSchema(1), keys: ['rel'] },
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
  private constructor(
    readonly folder: string,
    private readonly tables: Readonly<Record<TableName, LanceTable>>,
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
    const [files, pages, symbols, commits, vectors, messages, notes] = await Promise.all([
      open(tableSpecs.files),
      open(tableSpecs.pages),
      open(tableSpecs.symbols),
      open(tableSpecs.commits),
      open({ ...tableSpecs.vectors }),
      open(tableSpecs.messages),
      open(tableSpecs.notes),
    ]);
    // Files are known by what is in the other tables: when one of those is gone, everything is indexed again.
    if (pages.rebuilt || symbols.rebuilt || vectors.rebuilt) await files.table.delete('true');
    if (vectors.rebuilt) await rm(join(folder, vectorModelFile), { force: true });
    const database = new Database(folder, {
      files: files.table,
      pages: pages.table,
      symbols: symbols.table,
      commits: commits.table,
      vectors: vectors.table,
      messages: messages.table,
      notes: notes.table,
    });
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
  get vectors(): LanceTable {
    return this.tables.vectors;
  }
  get messages(): LanceTable {
    return this.tables.messages;
  }
  get notes(): LanceTable {
    return this.tables.notes;
  }

  /** Resolves once no write is under way. */
  async settled(): Promise<void> {
    await Promise.all(Object.values(this.tables).map((table) => table.settled()));
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

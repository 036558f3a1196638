import type * as Lance from '@lancedb/lancedb';
import { Field, Float64, Schema, Utf8 } from 'apache-arrow';
import { tableFolder, tableSpecs } from './Database';
import { LanceTable } from './LanceTable';
import { loadLance } from './loadLance';
import { connectShared, type SharedLocation } from './sharedLocation';
import type { TableSpec } from './TableQueries';

const text = (name: string) => new Field(name, new Utf8(), false);
const number = (name: string) => new Field(name, new Float64(), false);

const specs = {
  files: tableSpecs.files,
  pages: tableSpecs.pages,
  symbols: tableSpecs.symbols,
  /** In how many pages of a root a term occurs; terms of one page only are left out. */
  terms: {
    name: 'terms',
    schema: new Schema([text('root'), text('term'), number('pages')]),
    keys: ['term'],
  },
  /** One row for each root. */
  roots: {
    name: 'roots',
    schema: new Schema([text('root'), number('pages'), number('tokens'), number('time')]),
    keys: ['root'],
  },
} satisfies Record<string, TableSpec>;

/** The tables of a shared index. Roots are names there, not paths: everyone's folders are elsewhere. */
export class SharedStore {
  private constructor(
    readonly connection: Lance.Connection,
    private readonly tables: Readonly<Record<keyof typeof specs, LanceTable>>,
  ) {}

  /**
   * @param access a reader finds the tables or fails, a writer makes those that are missing
   * @throws Error when it cannot be reached, or a reader finds no index
   */
  static async open(location: SharedLocation, access: 'read' | 'write'): Promise<SharedStore> {
    const lance = await loadLance();
    const connection = await connectShared(lance, location, tableFolder);
    const open = (spec: TableSpec) => LanceTable.openShared(lance, connection, spec, access === 'write');
    const [files, pages, symbols, terms, roots] = await Promise.all([
      open(specs.files),
      open(specs.pages),
      open(specs.symbols),
      open(specs.terms),
      open(specs.roots),
    ]);
    return new SharedStore(connection, { files, pages, symbols, terms, roots });
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
  get terms(): LanceTable {
    return this.tables.terms;
  }
  get roots(): LanceTable {
    return this.tables.roots;
  }

  /** Brings what was written into the indices. */
  async optimise(): Promise<void> {
    for (const table of Object.values(this.tables)) await table.optimise();
  }
}

/** A LanceDB table as the disk process writes it: retrying, repairing, optimised in pauses. */
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type * as Lance from '@lancedb/lancedb';
import type { Table as ArrowTable, Schema } from 'apache-arrow';
import type { LanceModule } from './loadLance';
import { retrying } from './retrying';
import { type Row, TableQueries, type TableSpec } from './TableQueries';
import { countPartitions, createTermIndex, mostPartitions } from './termIndex';
import { type Backlog, worthInAPause, worthNow, worthWhenIdle } from './upkeep';
import { createVectorIndex } from './vectorIndex';

/** Optimising what is worth it waits for a pause this long, ms, the rest until nothing was written for so long. */
const pauseTime = 2000;
const idleTime = 20_000;
/** What others may still be reading stays this long, ms. */
const sharedGrace = 3_600_000;

/** One table; writes are done one after another, reads at any time. */
export class LanceTable extends TableQueries {
  private writes: Promise<unknown> = Promise.resolve();
  private unindexedRows = 0;
  /** Writes and deletions since the last optimisation; what the last process left is not known, so not 0. */
  private commits = 1;
  private quietTimer: NodeJS.Timeout | undefined;

  private constructor(
    lance: LanceModule,
    private readonly connection: Lance.Connection,
    /** Of the tables on this machine; undefined when they are elsewhere, where others read them, too. */
    private readonly folder: string | undefined,
    spec: TableSpec,
    table: Lance.Table,
  ) {
    super(lance, spec, table);
  }

  /**
   * Opens a table that others use, too: nothing is repaired.
   * @param create makes it when it is not there
   * @throws Error when it cannot be reached or is not there
   */
  static async openShared(
    lance: LanceModule,
    connection: Lance.Connection,
    spec: TableSpec,
    create: boolean,
  ): Promise<LanceTable> {
    const attach = (table: Lance.Table) => new LanceTable(lance, connection, undefined, spec, table);
    try {
      return attach(await connection.openTable(spec.name));
    } catch (error) {
      const missing = error instanceof Error && /was not found/.test(error.message);
      if (!create || !missing) throw error;
    }
    const opened = attach(await connection.createEmptyTable(spec.name, spec.schema));
    await opened.index();
    return opened;
  }

  /** Opens a table, or makes it; one that cannot be read (killed while written, damaged) is dropped and made anew. */
  static async open(
    lance: LanceModule,
    connection: Lance.Connection,
    folder: string,
    spec: TableSpec,
  ): Promise<{ readonly table: LanceTable; readonly rebuilt: boolean }> {
    try {
      const table = await connection.openTable(spec.name);
      const schema = await table.schema();
      const columns = spec.schema.fields.map((field) => field.name);
      if (columns.join() !== schema.fields.map((field) => field.name).join())
        throw new Error('other columns');
      // Reads one row of every fragment's worth of columns: a missing or torn data file shows here, not in a search.
      await table.query().select(columns).limit(1).toArray();
      await table.countRows(`${columns[0]} IS NULL`);
      const opened = new LanceTable(lance, connection, folder, spec, table);
      if (!(await opened.isIndexed())) await opened.index();
      return { table: opened, rebuilt: false };
    } catch {
      const existed = (await connection.tableNames()).includes(spec.name);
      await rm(join(folder, `${spec.name}.lance`), { recursive: true, force: true });
      const opened = new LanceTable(
        lance,
        connection,
        folder,
        spec,
        await connection.createEmptyTable(spec.name, spec.schema),
      );
      await opened.index();
      return { table: opened, rebuilt: existed };
    }
  }

  /** Whether all indices are there and the full-text index can be read; notes how many rows it lacks. */
  private async isIndexed(): Promise<boolean> {
    const indices = await this.table.listIndices();
    const indexed = new Set(indices.flatMap((index) => index.columns));
    if (!this.spec.keys.every((key) => indexed.has(key))) return false;
    const { terms } = this.spec;
    if (!terms) return true;
    const index = indices.find(({ columns }) => columns.includes(terms));
    if (!index) return false;
    try {
      const stats = await this.table.indexStats(index.name);
      await this.searchTerms({ terms: ['a'], columns: [], limit: 1, indexedOnly: true });
      this.unindexedRows = stats?.numUnindexedRows ?? 0;
      return true;
    } catch {
      return false;
    }
  }

  private async index(): Promise<void> {
    for (const key of this.spec.keys) {
      await this.table.createIndex(key, { config: this.lance.Index.btree(), replace: true });
    }
    if (!this.spec.terms) return;
    await createTermIndex(this.lance, this.table, this.spec.terms);
  }

  /** Has a column looked up by value from now on, besides those of the specification. */
  async ensureKey(column: string): Promise<void> {
    const indices = await this.table.listIndices();
    if (indices.some(({ columns }) => columns.includes(column))) return;
    await this.write(() => this.table.createIndex(column, { config: this.lance.Index.btree() }));
  }

  private write<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.writes.then(async () => {
      const begun = Date.now();
      const value = await retrying(act);
      this.readers.wrote(begun);
      return value;
    });
    this.writes = result.catch(() => undefined);
    return result;
  }

  /** After rows were written or deleted. */
  private wrote(rows: number): void {
    this.unindexedRows += rows;
    this.commits += 1;
    this.whenQuiet(pauseTime, async () => {
      const backlog = await this.backlog();
      if (worthInAPause(backlog, this.isSearched)) await this.optimise();
      else if (worthWhenIdle(backlog)) this.whenQuiet(idleTime - pauseTime, () => this.optimise());
    });
  }

  private whenQuiet(time: number, act: () => Promise<void>): void {
    if (this.folder === undefined) return;
    clearTimeout(this.quietTimer);
    // Whatever is wrong with the table is told by the next write.
    this.quietTimer = setTimeout(() => void act().catch(() => undefined), time).unref();
  }

  private get isSearched(): boolean {
    return this.spec.terms !== undefined;
  }

  private async backlog(): Promise<Backlog> {
    const { unindexedRows, commits } = this;
    return { rows: await this.table.countRows(), unindexedRows, commits };
  }

  /** Nothing is optimised any more: the table is about to be dropped. */
  close(): void {
    clearTimeout(this.quietTimer);
  }

  /** Resolves once everything written so far is on disk. */
  settled(): Promise<unknown> {
    return this.writes;
  }

  add(rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return Promise.resolve();
    return this.write(async () => {
      await this.table.add([...rows]);
      this.wrote(rows.length);
    });
  }

  /** Adds the rows of an Arrow table with the columns of this one: no object is made for a row. */
  addTable(rows: ArrowTable): Promise<void> {
    if (rows.numRows === 0) return Promise.resolve();
    return this.write(async () => {
      await this.table.add(rows);
      this.wrote(rows.numRows);
    });
  }

  /** Adds rows, replacing those with the same value in `key`. */
  upsert(key: string, rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return Promise.resolve();
    return this.write(async () => {
      await this.table
        .mergeInsert(key)
        .whenMatchedUpdateAll()
        .whenNotMatchedInsertAll()
        .execute([...rows]);
      this.wrote(rows.length);
    });
  }

  delete(where: string): Promise<void> {
    return this.write(async () => {
      await this.table.delete(where);
      this.wrote(0);
    });
  }

  /** Replaces the whole table, schema included (the dimensions of vectors change). */
  replaceAll(rows: readonly Row[], schema: Schema): Promise<void> {
    return this.write(async () => {
      const data = this.lance.makeArrowTable([...rows], { schema });
      this.table = await this.connection.createTable(this.spec.name, data, { mode: 'overwrite' });
      for (const key of this.spec.keys) {
        await this.table.createIndex(key, { config: this.lance.Index.btree(), replace: true });
      }
    });
  }

  /** Writes all rows anew, with new indices; rows that cannot be read are lost. */
  async rewrite(): Promise<void> {
    await this.write(async () => {
      const rows = await this.table
        .query()
        .toArrow()
        .catch(() => undefined);
      const { name, schema } = this.spec;
      this.table = rows?.numRows
        ? await this.connection.createTable(name, rows, { mode: 'overwrite' })
        : await this.connection.createEmptyTable(name, schema, { mode: 'overwrite' });
      await this.index();
      this.commits++;
    });
    await this.optimise();
  }

  /**
   * Brings new rows into the indices and removes what nobody reads any more; what a scan reads stays until the next time.
   */
  optimise(): Promise<void> {
    return this.write(async () => {
      if (this.unindexedRows === 0 && this.commits === 0) return;
      clearTimeout(this.quietTimer);
      const { folder } = this;
      if (folder === undefined) {
        await this.table.optimize({ cleanupOlderThan: new Date(Date.now() - sharedGrace) });
        this.unindexedRows = 0;
        this.commits = 0;
        return;
      }
      const indices = join(folder, `${this.spec.name}.lance`, '_indices');
      await this.optimiseOwn();
      if (this.spec.terms && (await countPartitions(indices)) > mostPartitions) {
        await createTermIndex(this.lance, this.table, this.spec.terms);
        this.readers.wrote(Date.now());
        await this.optimiseOwn();
      }
      this.unindexedRows = 0;
      this.commits = this.readers.scanning ? 1 : 0;
      await removeEmptyFolders(indices);
    });
  }

  /** Nobody else writes: files that no version names were left by a process that was killed. */
  private optimiseOwn(): Promise<void> {
    return this.readers.clear((cleanupOlderThan) =>
      this.table.optimize({ cleanupOlderThan, deleteUnverified: true }),
    );
  }

  /** `optimise`, when so much was written that it cannot wait for a pause; otherwise it is done then. */
  async optimiseIfWorth(): Promise<void> {
    if (worthNow(await this.backlog(), this.isSearched)) await this.optimise();
  }

  /**
   * An approximate index (IVF-PQ) for `searchVector`, trained anew on all rows.
   * @param rows of the table
   * @param dimensions of its vectors
   */
  indexVectors(column: string, rows: number, dimensions: number): Promise<void> {
    return this.write(async () => {
      await createVectorIndex(this.lance, this.table, column, rows, dimensions);
      this.commits += 1;
    });
  }
}

/** LanceDB removes the files of old indices and leaves their folders. */
async function removeEmptyFolders(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    // One that is not empty is in use.
    await rmdir(join(parent, name)).catch(() => undefined);
  }
}

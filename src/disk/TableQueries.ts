/** What a LanceDB table is asked: rows by value, by terms and by vectors, undisturbed by what is written meanwhile. */
import type * as Lance from '@lancedb/lancedb';
import type { Table as ArrowTable, RecordBatch, Schema } from 'apache-arrow';
import type { LanceModule } from './loadLance';
import { plainRows } from './plainRows';
import { Readers } from './Readers';
import { nearest } from './vectorIndex';

export type Row = Record<string, unknown>;

export interface TableSpec {
  readonly name: string;
  readonly schema: Schema;
  /** Column of space-separated terms searched by BM25. */
  readonly terms?: string;
  /** Columns looked up by value. */
  readonly keys: readonly string[];
}

export interface TermQuery {
  readonly terms: readonly string[];
  readonly columns: readonly string[];
  /** Columns of text that are given as UTF-8, undecoded. */
  readonly bytes?: readonly string[];
  readonly limit: number;
  readonly where?: string | undefined;
  /** Leaves out rows that are not in the index yet. */
  readonly indexedOnly?: boolean;
}

export class TableQueries {
  protected readonly readers = new Readers();

  protected constructor(
    protected readonly lance: LanceModule,
    protected readonly spec: TableSpec,
    /** Another after the table was written anew. */
    protected table: Lance.Table,
  ) {}

  get columnNames(): readonly string[] {
    return this.spec.schema.fields.map((field) => field.name);
  }

  count(where?: string): Promise<number> {
    return this.readers.read(() => this.table.countRows(where));
  }

  /** @param bytes columns of text that are given as UTF-8, undecoded */
  async rows(columns: readonly string[], where?: string, bytes: readonly string[] = []): Promise<Row[]> {
    return this.readers.read(async () => {
      const query = this.table.query().select([...columns, ...bytes]);
      return plainRows(await (where === undefined ? query : query.where(where)).toArrow(), bytes);
    });
  }

  /** Every row as it lies in Arrow's columns, in batches; no object is made for a row. */
  async *batches(columns: readonly string[], where?: string): AsyncGenerator<RecordBatch> {
    const query = this.table.query().select([...columns]);
    yield* this.readers.scan(where === undefined ? query : query.where(where));
  }

  /** Some rows as they lie in Arrow's columns. */
  columns(columns: readonly string[], where: string): Promise<ArrowTable> {
    return this.readers.read(() => {
      const query = this.table
        .query()
        .where(where)
        .select([...columns]);
      return query.toArrow();
    });
  }

  /** Every row, in batches, so that a big table is never in memory at once. */
  async *scan(columns: readonly string[]): AsyncGenerator<Row[]> {
    for await (const batch of this.readers.scan(this.table.query().select([...columns]))) {
      yield batch.toArray() as unknown as Row[];
    }
  }

  /** Up to `count` rows, drawn evenly from the whole table; columns of text as undecoded UTF-8. */
  async sample(columns: readonly string[], count: number): Promise<Row[]> {
    const rows = await this.count();
    const drawn = Math.min(rows, count);
    if (drawn === 0) return [];
    const offsets = Array.from({ length: drawn }, (_, i) => Math.floor((i * rows) / drawn));
    return this.readers.read(async () => {
      const query = this.table.takeOffsets(offsets).select([...columns]);
      return plainRows(await query.toArrow(), columns);
    });
  }

  /** BM25 over the terms column, best first; each row has `_score`. */
  async searchTerms(query: TermQuery): Promise<Row[]> {
    const { terms: column } = this.spec;
    if (!column || query.terms.length === 0) return [];
    const bytes = query.bytes ?? [];
    return this.readers.read(async () => {
      const search = this.table
        .query()
        .fullTextSearch(new this.lance.MatchQuery(query.terms.join(' '), column))
        .select([...query.columns, ...bytes, '_score'])
        .limit(query.limit);
      const restricted = query.indexedOnly ? search.fastSearch() : search;
      const found = query.where === undefined ? restricted : restricted.where(query.where);
      return plainRows(await found.toArrow(), bytes);
    });
  }

  /** All rows that have a term and meet a condition, or all that meet it when `terms` is undefined; in no order. */
  async matches(
    columns: readonly string[],
    terms: readonly string[] | undefined,
    where: string | undefined,
  ): Promise<Row[]> {
    return terms === undefined
      ? this.rows(columns, where)
      : plainRows(await this.matchTable(columns, terms, where));
  }

  /** How many rows have a term and meet a condition. */
  async countMatches(terms: readonly string[], where: string | undefined): Promise<number> {
    return terms.length === 0 ? 0 : (await this.matchTable([], terms, where)).numRows;
  }

  private matchTable(
    columns: readonly string[],
    terms: readonly string[],
    where: string | undefined,
  ): Promise<ArrowTable> {
    return this.readers.read(async () => {
      const search = this.table
        .query()
        .fullTextSearch(new this.lance.MatchQuery(terms.join(' '), this.spec.terms ?? ''))
        .select([...columns, '_score'])
        .limit(Math.max(1, await this.table.countRows()));
      return (where === undefined ? search : search.where(where)).toArrow();
    });
  }

  /** Nearest by cosine, of all rows or by the index when there is one; each row has `_distance` in 0…2. */
  async searchVector(
    vector: Float32Array,
    columns: readonly string[],
    limit: number,
    where?: string,
  ): Promise<Row[]> {
    return this.readers.read(async () => {
      const search = nearest(this.table, vector)
        .select([...columns, '_distance'])
        .limit(limit);
      return plainRows(await (where === undefined ? search : search.where(where)).toArrow());
    });
  }
}

import {
  type Data,
  Field,
  FixedSizeList,
  Float32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import type { Database } from './Database';
import { HashSet64 } from './HashSet64';
import type { LanceTable } from './LanceTable';
import { isOneOf } from './sql';

/** From so many vectors on nearest neighbours are looked up in an index; below, looking at each is quick and exact. */
const indexFrom = 30_000;
/** The index is trained anew when there are so many times the vectors it was trained on. */
const retrainGrowth = 4;
/** Rows handled between two looks at other work. */
const slice = 1000;
const deletedAtOnce = 1000;
/** So many vectors of pages that are gone stay, and as many as there are pages: a checkout may bring them back. */
const spared = 2000;

export interface SpaceInfo {
  /** Provider, address and model. */
  readonly model: string;
  readonly dimensions: number;
  readonly table: string;
  /** All pages had their vectors at some time since. */
  readonly complete: boolean;
  /** Vectors the index was trained on; 0 without one. */
  readonly trainedOn: number;
}

export interface NearPage {
  readonly hash: string;
  /** Cosine. */
  readonly similarity: number;
}

/** The vectors of one model, one for each different text of a page, known by the hash of that text. */
export class VectorSpace {
  private known = new HashSet64();

  private constructor(
    public info: SpaceInfo,
    private readonly table: LanceTable,
  ) {}

  static async open(database: Database, info: SpaceInfo): Promise<VectorSpace> {
    const schema = schemaOf(info.dimensions);
    const table = await database.openVectors({ name: info.table, schema, keys: ['hash'] });
    const space = new VectorSpace(info, table);
    await space.eachHash((hash) => space.known.add(hash));
    return space;
  }

  has(hash: string): boolean {
    return this.known.has(hash);
  }

  async add(rows: readonly { readonly hash: string; readonly vector: Float32Array }[]): Promise<void> {
    await this.table.addTable(this.tableOf(rows));
    for (const { hash } of rows) this.known.add(hash);
  }

  /** The nearest texts, best first. */
  async nearest(vector: Float32Array, limit: number): Promise<NearPage[]> {
    const rows = await this.table.searchVector(vector, ['hash'], limit);
    return rows.flatMap(({ hash, _distance }) => {
      const similarity = 1 - Number(_distance);
      return Number.isFinite(similarity) ? { hash: String(hash), similarity } : [];
    });
  }

  /**
   * Trains the index when there are enough vectors, on LanceDB's threads; queries go on meanwhile.
   * @returns vectors it is now trained on; undefined when it stays as it is
   */
  async train(): Promise<number | undefined> {
    const rows = this.known.size;
    const { trainedOn, dimensions } = this.info;
    if (rows < indexFrom || (trainedOn > 0 && rows < trainedOn * retrainGrowth)) return undefined;
    await this.table.indexVectors('vector', rows, dimensions);
    return rows;
  }

  /**
   * Removes vectors of texts that no page has, when they are more than those that one has.
   * @param live visits the hash of every page
   */
  async sweep(pages: number, live: (visit: (hash: string) => void) => Promise<void>): Promise<void> {
    if (this.known.size <= 2 * pages + spared) return;
    const wanted = new HashSet64();
    await live((hash) => wanted.add(hash));
    const kept = new HashSet64();
    const dead: string[] = [];
    await this.eachHash((hash) => {
      if (wanted.has(hash)) kept.add(hash);
      else dead.push(hash);
    });
    this.known = kept;
    for (let i = 0; i < dead.length; i += deletedAtOnce)
      await this.table.delete(isOneOf('hash', dead.slice(i, i + deletedAtOnce)));
    await this.table.optimise();
  }

  /** Column by column: an object for each row would hold up the thread that answers. */
  private tableOf(rows: readonly { readonly hash: string; readonly vector: Float32Array }[]): Table {
    const { dimensions } = this.info;
    const values = new Float32Array(rows.length * dimensions);
    rows.forEach(({ vector }, i) => {
      values.set(vector, i * dimensions);
    });
    const items = makeData({ type: new Float32(), length: values.length, nullCount: 0, data: values });
    const type = vectorType(dimensions);
    const vectors = makeData({ type, length: rows.length, nullCount: 0, child: items });
    const hashes = vectorFromArray(
      rows.map(({ hash }) => hash),
      new Utf8(),
    );
    const schema = schemaOf(dimensions);
    const children = [hashes.data[0] as Data, vectors];
    const struct = makeData({ type: new Struct(schema.fields), length: rows.length, nullCount: 0, children });
    return new Table(schema, new RecordBatch(schema, struct));
  }

  private async eachHash(visit: (hash: string) => void): Promise<void> {
    for await (const batch of this.table.batches(['hash'])) {
      const hashes = batch.getChild('hash');
      for (let i = 0; i < batch.numRows; i++) {
        if (i % slice === slice - 1) await new Promise(setImmediate);
        visit(hashes?.get(i));
      }
    }
  }
}

function vectorType(dimensions: number): FixedSizeList<Float32> {
  return new FixedSizeList(dimensions, new Field('item', new Float32(), true));
}

function schemaOf(dimensions: number): Schema {
  return new Schema([
    new Field('hash', new Utf8(), false),
    new Field('vector', vectorType(dimensions), false),
  ]);
}

import {
  type Data,
  Float64,
  makeData,
  RecordBatch,
  type Schema,
  Struct,
  Table,
  tableToIPC,
  Utf8,
} from 'apache-arrow';
import { ByteBuffer } from './ByteBuffer';

/** One column of texts, each finished by `end`. */
class TextColumn extends ByteBuffer {
  private readonly ends = [0];

  end(): void {
    this.ends.push(this.length);
  }

  data(): Data<Utf8> {
    const valueOffsets = Int32Array.from(this.ends);
    return makeData({
      type: new Utf8(),
      length: valueOffsets.length - 1,
      nullCount: 0,
      valueOffsets,
      data: this.take(),
    });
  }
}

type Values = Readonly<Record<string, string | number>>;

/** Rows on their way into a table, kept column by column as Arrow wants them. */
export class ColumnTable {
  private readonly texts: ReadonlyMap<string, TextColumn>;
  private readonly numbers: ReadonlyMap<string, number[]>;
  private count = 0;

  /** @param schema of texts and numbers */
  constructor(private readonly schema: Schema) {
    const [texts, numbers] = [new Map<string, TextColumn>(), new Map<string, number[]>()];
    for (const { name, type } of schema.fields) {
      if (type instanceof Utf8) texts.set(name, new TextColumn());
      else numbers.set(name, []);
    }
    this.texts = texts;
    this.numbers = numbers;
  }

  get rows(): number {
    return this.count;
  }

  /** Where a text of the next row may be written before `add`, which then must not be given it. */
  open(column: string): ByteBuffer {
    const found = this.texts.get(column);
    if (!found) throw new Error(`no column of texts ${column}`);
    return found;
  }

  /** Adds a row; columns that are not among the values have been written by way of `open`. */
  add(values: Values): void {
    for (const [name, column] of this.texts) {
      const value = values[name];
      if (value !== undefined) column.appendText(String(value));
      column.end();
    }
    for (const [name, column] of this.numbers) column.push(Number(values[name]));
    this.count++;
  }

  /** @returns the rows; there are none left */
  table(): Table {
    const children = this.schema.fields.map(({ name }) => this.columnData(name));
    const data = makeData({
      type: new Struct(this.schema.fields),
      length: this.count,
      nullCount: 0,
      children,
    });
    return new Table(this.schema, [new RecordBatch(this.schema, data)]);
  }

  /** @returns the rows in Arrow's stream format; there are none left */
  bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(tableToIPC(this.table(), 'stream'));
  }

  private columnData(name: string): Data {
    const text = this.texts.get(name);
    if (text) return text.data();
    const values = Float64Array.from(this.numbers.get(name) ?? []);
    return makeData({ type: new Float64(), length: values.length, nullCount: 0, data: values });
  }
}

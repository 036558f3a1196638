import type { Table, Utf8, Vector } from 'apache-arrow';

/**
 * Rows as plain objects: Arrow's own are proxies, and take twice the time of a whole search.
 * @param bytes columns of text that are given as UTF-8, undecoded
 */
export function plainRows(table: Table, bytes: readonly string[] = []): Record<string, unknown>[] {
  const rows: Record<string, unknown>[] = Array.from({ length: table.numRows }, () => ({}));
  for (const { name } of table.schema.fields) {
    const column = table.getChild(name);
    const texts = column && bytes.includes(name) ? utf8Of(column) : undefined;
    rows.forEach((row, i) => {
      row[name] = texts ? texts[i] : column?.get(i);
    });
  }
  return rows;
}

/** The values of a column of text as they lie there. */
function utf8Of(column: Vector<Utf8>): Uint8Array[] {
  return column.data.flatMap(({ length, values, valueOffsets }) =>
    Array.from({ length }, (_, i) => values.subarray(valueOffsets[i], valueOffsets[i + 1])),
  );
}

import type { Table } from 'apache-arrow';
import { type FileKey, keyOf, rowsOf } from './Catalog';
import type { ColumnTable } from './ColumnTable';
import type { Database } from './Database';
import { idPrefix, PageRows } from './PageRows';
import { pagesSchema, symbolsSchema } from './tableSchemas';

export interface Move {
  readonly from: FileKey;
  readonly to: FileKey;
}

/** Rows made between two looks at other work. */
const slice = 100;

/**
 * The rows of files that were renamed, as they are under their new names: path, ids and the terms of the path change.
 * @param moves from where to where
 */
export async function movedPages(
  database: Database,
  moves: readonly Move[],
): Promise<{ readonly pages: Table; readonly symbols: Table }> {
  const where = rowsOf(moves.map(({ from }) => from));
  const names = new Map(moves.map(({ from, to }) => [keyOf(from), to]));
  const [pages, symbols] = await Promise.all([
    database.pages.columns(pagesSchema.names.map(String), where),
    database.symbols.columns(symbolsSchema.names.map(String), where),
  ]);
  const rows = new PageRows();
  const prefixes = new Map([...names].map(([from, to]) => [from, idPrefix(to)]));
  const renamed = (id: string, from: string) => `${prefixes.get(from)}${id.slice(id.indexOf(':'))}`;
  await each(pages, (page) => {
    const from = keyOf({ root: String(page.root), rel: String(page.rel) });
    const to = names.get(from);
    if (!to) return;
    const { toks: _, head: __, ...kept } = page;
    rows.writeTerms(to.rel, String(page.symbol), String(page.names), String(page.text));
    rows.pages.add({ ...kept, id: renamed(String(page.id), from), root: to.root, rel: to.rel });
  });
  await each(symbols, (symbol) => {
    const from = keyOf({ root: String(symbol.root), rel: String(symbol.rel) });
    const to = names.get(from);
    if (!to) return;
    const [id, page] = [renamed(String(symbol.id), from), renamed(String(symbol.page), from)];
    rows.symbols.add({ ...symbol, id, page, root: to.root, rel: to.rel });
  });
  return { pages: rows.pages.table(), symbols: rows.symbols.table() };
}

type Values = Parameters<ColumnTable['add']>[0];

/** Visits the rows of a table, now and then letting other work pass. */
async function each(table: Table, visit: (row: Values) => void): Promise<void> {
  const columns = table.schema.fields.map(({ name }) => [name, table.getChild(name)] as const);
  for (let i = 0; i < table.numRows; i++) {
    if (i % slice === slice - 1) await new Promise(setImmediate);
    visit(Object.fromEntries(columns.map(([name, column]) => [name, column?.get(i)])));
  }
}

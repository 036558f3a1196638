import { type PlaceOptions, placeOf } from './place';
import { withDisk } from './withDisk';

type Options = PlaceOptions & { readonly json?: boolean };

/** `vctx stats`: rows and size of each table of the store. */
export async function printStoreStats(options: Options): Promise<void> {
  const { store } = await placeOf(options);
  const tables = await withDisk(store, (disk) => disk.tableSizes());
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  if (options.json) {
    console.log(JSON.stringify({ store, bytes, tables }));
    return;
  }
  const line = (name: string, rows: string, size: number) =>
    console.log(`${name.padEnd(10)}${rows.padStart(12)}${(size / 1e6).toFixed(1).padStart(10)} MB`);
  console.log(`${'table'.padEnd(10)}${'rows'.padStart(12)}${'size'.padStart(13)}`);
  for (const table of tables) line(table.name, table.rows.toLocaleString('en-US'), table.bytes);
  line('all', '', bytes);
  console.log(`Store: ${store}`);
}

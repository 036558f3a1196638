/** The full-text index of a table: BM25 over a column of space-separated terms. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Table } from '@lancedb/lancedb';
import type { LanceModule } from './loadLance';

/**
 * Each optimisation of LanceDB 0.27 gives the index another partition and joins none: every search looks into all of them, and
 * every optimisation copies them. From so many on the index is worth making anew.
 */
export const mostPartitions = 24;

/** Makes the index, anew if it is there. */
export async function createTermIndex(lance: LanceModule, table: Table, column: string): Promise<void> {
  const config = lance.Index.fts({
    baseTokenizer: 'whitespace',
    lowercase: false,
    stem: false,
    removeStopWords: false,
    asciiFolding: false,
    withPosition: false,
    maxTokenLength: 80,
  });
  await table.createIndex(column, { config, replace: true });
}

/** @param folder of a table's indices @returns partitions of its full-text index as it was written last */
export async function countPartitions(folder: string): Promise<number> {
  let [latest, partitions] = [0, 0];
  for (const name of await readdir(folder).catch(() => [])) {
    const files = await readdir(join(folder, name)).catch(() => []);
    const own = files.filter((file) => /^part_\d+_docs\.lance$/.test(file)).length;
    if (own === 0) continue;
    // Old ones stay for as long as somebody reads them.
    const { mtimeMs } = await stat(join(folder, name)).catch(() => ({ mtimeMs: 0 }));
    if (mtimeMs >= latest) [latest, partitions] = [mtimeMs, own];
  }
  return partitions;
}

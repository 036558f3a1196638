import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { connect } from '@lancedb/lancedb';

/**
 * Pages a second of a small local model (Universal Sentence Encoder) on two cores. A figure that was measured once, not
 * here: no model is shipped or downloaded.
 */
export const embeddedPagesPerSecond = 18;

/**
 * Puts pages into a trigram index of SQLite, as Continue does beside its embeddings.
 * @param tables folder of an index's tables
 * @param most pages; of a larger index the first
 * @returns pages a second
 */
export async function trigramPagesPerSecond(tables: string, scratch: string, most: number): Promise<number> {
  const table = await (await connect(tables)).openTable('pages');
  const rows = await table.query().select(['rel', 'text']).limit(most).toArray();
  const pages = rows.map((row) => [String(row.rel), String(row.text)] as const);
  const database = new DatabaseSync(join(scratch, 'trigrams.sqlite'));
  try {
    database.exec('PRAGMA journal_mode = WAL');
    database.exec("CREATE VIRTUAL TABLE fts USING fts5(path, content, tokenize = 'trigram')");
    const insert = database.prepare('INSERT INTO fts (path, content) VALUES (?, ?)');
    const start = performance.now();
    for (let i = 0; i < pages.length; i += 500) {
      database.exec('BEGIN');
      for (const page of pages.slice(i, i + 500)) insert.run(...page);
      database.exec('COMMIT');
    }
    return pages.length / ((performance.now() - start) / 1000);
  } finally {
    database.close();
  }
}

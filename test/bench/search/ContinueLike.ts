/**
 * What another widely used assistant does: SQLite's FTS5 with the trigram tokenizer over path and text, the trigrams of the
 * query's words joined by OR, BM25 with the path weighted ten times.
 */
import { DatabaseSync } from 'node:sqlite';
import { isStopWord } from '../../../src/disk/codeTokens';
import type { IndexedPage } from './indexedPages';
import { rankedFiles } from './rankedFiles';

/** Pages looked at for a query. */
const limit = 300;

function trigramsOf(query: string): string[] {
  const words = (query.toLowerCase().match(/[\p{L}\p{N}_]{3,}/gu) ?? []).filter((word) => !isStopWord(word));
  return [
    ...new Set(words.flatMap((word) => [...word].slice(2).map((_, i) => [...word].slice(i, i + 3).join('')))),
  ];
}

export class ContinueLike {
  private readonly database = new DatabaseSync(':memory:');

  constructor(pages: readonly IndexedPage[]) {
    this.database.exec(`CREATE VIRTUAL TABLE pages USING fts5(path, content, tokenize = 'trigram')`);
    const insert = this.database.prepare('INSERT INTO pages (path, content) VALUES (?, ?)');
    this.database.exec('BEGIN');
    for (const { rel, text } of pages) insert.run(rel, text);
    this.database.exec('COMMIT');
  }

  /** @returns files, best first */
  files(query: string): string[] {
    const match = trigramsOf(query)
      .map((trigram) => `"${trigram}"`)
      .join(' OR ');
    if (match === '') return [];
    const rows = this.database
      .prepare(
        'SELECT path, bm25(pages, 10.0, 1.0) AS score FROM pages WHERE pages MATCH ? ORDER BY score LIMIT ?',
      )
      .all(match, limit);
    // FTS5 counts downwards: the best score is the smallest.
    return rankedFiles(rows.map((row) => ({ rel: String(row.path), score: -Number(row.score) })));
  }
}

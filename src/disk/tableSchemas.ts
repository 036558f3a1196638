/** Columns of the tables that are written column by column: what indexing threads and the process agree on. */
import { Field, Float64, Schema, Utf8 } from 'apache-arrow';

const text = (name: string) => new Field(name, new Utf8(), false);
const number = (name: string) => new Field(name, new Float64(), false);

/** What the indexer knows of each file; a file without a row is new. */
export const filesSchema = new Schema([
  text('root'),
  text('rel'),
  number('mtime'),
  number('size'),
  text('hash'),
  number('pages'),
  text('state'),
  text('reason'),
  // The index generation in which the file was last written.
  number('generation'),
  // 'syntax', 'lines' where there is no grammar, 'fallback' where the grammar failed.
  text('parse'),
]);

export const pagesSchema = new Schema([
  text('id'),
  text('root'),
  text('rel'),
  number('startLine'),
  number('endLine'),
  number('startByte'),
  number('endByte'),
  text('symbol'),
  text('names'),
  text('language'),
  // First 16 hex digits of the SHA-256 of the page's bytes.
  text('hash'),
  text('text'),
  // Terms of path and symbols (twice) and body.
  text('toks'),
  // Terms of path and symbols alone.
  text('head'),
]);

/** Where names are defined and used; written and deleted with the pages of their file. */
export const symbolsSchema = new Schema([
  text('id'),
  text('root'),
  text('rel'),
  // Id of the page.
  text('page'),
  text('name'),
  // 'definition' or 'reference'.
  text('kind'),
  number('line'),
  text('container'),
  text('language'),
]);

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from './Database';
import { isOneOf, quote } from './sql';

/** Beside the tables while they are being written; a start that finds it looks for rows that a kill has left. */
export const unfinishedMark = 'unfinished';

const filesAtOnce = 500;

/**
 * Whether the pages are as many as the files say: two numbers, on every start. Where they differ (a damaged disk, a store
 * restored in part), the files with other numbers are forgotten, and so indexed again.
 * @returns how many files were forgotten
 */
export async function forgetMiscounted({ folder, files, pages }: Database): Promise<number> {
  let expected = 0;
  for await (const batch of files.batches(['pages'])) {
    const counts = batch.getChild('pages');
    for (let i = 0; i < batch.numRows; i++) expected += Number(counts?.get(i));
  }
  if (expected === (await pages.count())) return 0;

  // By root and path: how many pages too many (above 0) or too few.
  const difference = new Map<string, Map<string, number>>();
  const add = (root: string, rel: string, count: number) => {
    const rels = difference.get(root) ?? new Map<string, number>();
    difference.set(root, rels.set(rel, (rels.get(rel) ?? 0) + count));
  };
  for await (const batch of files.batches(['root', 'rel', 'pages'])) {
    const [roots, rels, counts] = ['root', 'rel', 'pages'].map((name) => batch.getChild(name));
    for (let i = 0; i < batch.numRows; i++) add(roots?.get(i), rels?.get(i), -Number(counts?.get(i)));
  }
  for await (const batch of pages.batches(['root', 'rel'])) {
    const [roots, rels] = ['root', 'rel'].map((name) => batch.getChild(name));
    for (let i = 0; i < batch.numRows; i++) add(roots?.get(i), rels?.get(i), 1);
  }
  await writeFile(join(folder, unfinishedMark), '');
  let forgotten = 0;
  for (const [root, rels] of difference) {
    const wrong = [...rels].filter(([, count]) => count !== 0).map(([rel]) => rel);
    for (let i = 0; i < wrong.length; i += filesAtOnce) {
      const some = wrong.slice(i, i + filesAtOnce);
      await files.delete(`root = ${quote(root)} AND ${isOneOf('rel', some)}`);
      forgotten += some.length;
    }
  }
  return forgotten;
}

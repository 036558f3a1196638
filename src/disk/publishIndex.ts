/** Brings a shared index in step with the local one: what `vctx index --store s3://…` does after indexing. */
import { createHash } from 'node:crypto';
import type { Database } from './Database';
import type { LanceTable } from './LanceTable';
import type { Published, PublishParams } from './protocol';
import type { SharedStore } from './SharedStore';
import { isOneOf, quote } from './sql';

const batchFiles = 200;
const batchTerms = 20_000;

type Folder = Pick<PublishParams, 'path' | 'root'>;

interface SharedFile {
  readonly rel: string;
  readonly hash: string;
}

/**
 * Only files whose content differs are written. A file's row is removed first and written last, so a kill in between is made
 * good by the next run.
 * @param check throws when this process may no longer write
 */
export async function publishIndex(
  database: Database,
  shared: SharedStore,
  { path, root }: Folder,
  check: () => Promise<void>,
  signal: AbortSignal,
): Promise<Published> {
  const [local, remote] = await Promise.all([
    readFiles(database.files, `root = ${quote(path)} AND state = 'indexed'`),
    readFiles(shared.files, `root = ${quote(root)}`),
  ]);
  const removed = [...remote.keys()].filter((rel) => !local.has(rel));
  const added = [...local].filter(([rel, hash]) => remote.get(rel) !== hash).map(([rel]) => rel);
  const outdated = [...removed, ...added];
  for (let i = 0; i < outdated.length; i += batchFiles) {
    signal.throwIfAborted();
    await check();
    const rels = outdated.slice(i, i + batchFiles);
    const fresh = rels.filter((rel) => local.has(rel));
    const theirs = `root = ${quote(root)} AND ${isOneOf('rel', rels)}`;
    const ours = `root = ${quote(path)} AND ${isOneOf('rel', fresh)}`;
    await shared.files.delete(theirs);
    for (const name of ['pages', 'symbols'] as const) {
      await shared[name].delete(theirs);
      await shared[name].add(
        (await database[name].rows(database[name].columnNames, ours)).map((row) => renamed(row, root)),
      );
    }
    await shared.files.add(
      (await database.files.rows(database.files.columnNames, ours)).map((row) => ({ ...row, root })),
    );
  }
  await check();
  await publishStatistics(database, shared, { path, root });
  await shared.optimise();
  return { added: added.length, removed: removed.length, unchanged: local.size - added.length };
}

async function readFiles(table: LanceTable, where: string): Promise<Map<string, string>> {
  const rows = (await table.rows(['rel', 'hash'], where)) as unknown as SharedFile[];
  return new Map(rows.map(({ rel, hash }) => [rel, hash]));
}

/** Ids are made from the absolute path of the folder, which is another one everywhere. */
function renamed(row: Record<string, unknown>, root: string): Record<string, unknown> {
  const prefix = createHash('sha256').update(`${root}\0${row.rel}`).digest('hex').slice(0, 16);
  const move = (id: unknown) => `${prefix}:${String(id).slice(String(id).indexOf(':') + 1)}`;
  const page = row.page === undefined ? {} : { page: move(row.page) };
  return { ...row, root, id: move(row.id), ...page };
}

/** With them a reader scores its own pages as if they stood in the shared table. */
async function publishStatistics(
  database: Database,
  shared: SharedStore,
  { path, root }: Folder,
): Promise<void> {
  const frequency = new Map<string, number>();
  let pages = 0;
  let tokens = 0;
  for await (const batch of database.pages.scan(['root', 'toks'])) {
    for (const row of batch) {
      if (row.root !== path) continue;
      const terms = String(row.toks).split(' ');
      pages += 1;
      tokens += terms.length;
      for (const term of new Set(terms)) frequency.set(term, (frequency.get(term) ?? 0) + 1);
    }
  }
  const where = `root = ${quote(root)}`;
  await shared.roots.delete(where);
  await shared.terms.delete(where);
  const common = [...frequency].filter(([, count]) => count > 1);
  for (let i = 0; i < common.length; i += batchTerms) {
    const some = common.slice(i, i + batchTerms);
    await shared.terms.add(some.map(([term, count]) => ({ root, term, pages: count })));
  }
  await shared.roots.add([{ root, pages, tokens, time: Date.now() }]);
}

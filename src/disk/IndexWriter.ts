import { RecordBatch, type Schema, Table, tableFromIPC } from 'apache-arrow';
import type { Catalog, FileKey, KnownFile } from './Catalog';
import type { Database } from './Database';
import type { FoundFile } from './look';
import { movedPages } from './movedPages';
import type { PageBytes } from './PageRows';
import type { FileResult } from './readPages';
import { pagesSchema, symbolsSchema } from './tableSchemas';

/** Files with what reading them gave. */
export interface ReadBatch {
  readonly files: readonly FoundFile[];
  readonly results: readonly FileResult[];
  readonly bytes: readonly PageBytes[];
}

/** Files moved in one write. */
const movesAtOnce = 100;

/** Brings the tables in step with files, in an order that a kill at any moment leaves repairable. */
export class IndexWriter {
  constructor(
    private readonly database: Database,
    private readonly catalog: Catalog,
    /** Told which files' pages were written. */
    private readonly onPages: (files: readonly KnownFile[]) => void,
  ) {}

  /** Writes what was read of files, as one generation. */
  async write(batches: readonly ReadBatch[]): Promise<void> {
    const generation = this.catalog.nextGeneration();
    const fresh: KnownFile[] = [];
    const refreshed: KnownFile[] = [];
    const outdated: FileKey[] = [];
    for (const { files, results } of batches) {
      for (const [i, file] of files.entries()) {
        const result = results[i];
        if (!result) continue;
        const known = this.catalog.get(file);
        if (result.state === 'unchanged' && known) {
          refreshed.push({ ...known, mtime: file.mtime, size: file.size });
          continue;
        }
        outdated.push(file);
        const entry = entryOf(file, result, generation);
        if (entry) fresh.push(entry);
      }
    }
    await this.catalog.forget(outdated);
    await this.catalog.refresh(refreshed);
    const bytes = batches.flatMap((batch) => batch.bytes);
    await this.catalog.expectPages(fresh);
    const { pages, symbols } = this.database;
    await Promise.all([
      pages.addTable(
        tableOf(
          pagesSchema,
          bytes.map((part) => part.pages),
        ),
      ),
      symbols.addTable(
        tableOf(
          symbolsSchema,
          bytes.map((part) => part.symbols),
        ),
      ),
    ]);
    await this.catalog.remember(fresh);
    this.onPages(fresh);
  }

  /** Gives the pages of files that were renamed to their new names; nothing is read or parsed. */
  async move(moves: readonly { readonly from: KnownFile; readonly to: FoundFile }[]): Promise<void> {
    for (let i = 0; i < moves.length; i += movesAtOnce) {
      const generation = this.catalog.nextGeneration();
      const some = moves.slice(i, i + movesAtOnce);
      const targets = some.map(({ from, to }) => {
        const { root, rel, mtime, size } = to;
        return { ...from, root, rel, mtime, size, generation };
      });
      await this.catalog.forget(targets);
      await this.catalog.expectPages(targets);
      const { pages, symbols } = await movedPages(this.database, some);
      await Promise.all([this.database.pages.addTable(pages), this.database.symbols.addTable(symbols)]);
      await this.catalog.remember(targets);
      await this.catalog.forget(some.map(({ from }) => from));
      this.onPages(targets);
    }
  }
}

function tableOf(schema: Schema, parts: readonly Uint8Array[]): Table {
  const batches = parts.flatMap((part) => tableFromIPC(part).batches);
  // Arrow takes batches of one and the same schema object only.
  return new Table(
    schema,
    batches.map(({ data }) => new RecordBatch(schema, data)),
  );
}

function entryOf(file: FoundFile, result: FileResult, generation: number): KnownFile | undefined {
  const { root, rel, mtime, size } = file;
  const entry = {
    root,
    rel,
    mtime,
    size,
    hash: '',
    pages: 0,
    reason: '',
    generation,
    parse: 'lines' as const,
  };
  switch (result.state) {
    case 'indexed': {
      const { hash, pages, parse } = result;
      return { ...entry, state: 'indexed', hash, pages, parse };
    }
    case 'shared':
      return { ...entry, state: 'shared', hash: result.hash };
    case 'skipped':
      return { ...entry, state: 'skipped', hash: result.hash, reason: result.reason };
    case 'failed':
      return { ...entry, state: 'failed', reason: result.reason };
    default:
      return undefined;
  }
}

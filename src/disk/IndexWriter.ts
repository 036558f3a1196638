import { createHash } from 'node:crypto';
import { type Catalog, type FileKey, type KnownFile, keyOf } from './Catalog';
import type { Database } from './Database';
import type { PageReader } from './PageReader';
import type { PageRequest, PageResult } from './readPages';
import type { VectorSpace } from './VectorSpace';
import type { FoundFile } from './walk';

const batchFiles = 48;
const batchBytes = 768 * 1024;
/** Pages after which the first run optimises for the first time, so that searches meanwhile stay fast and well scored. */
const firstOptimise = 2000;

/** What a look at the workspace has found. */
export interface FoundChanges {
  /** Files that are there; those known as they are cost nothing. */
  readonly found: readonly FoundFile[];
  readonly gone: readonly FileKey[];
}

interface WriteControl {
  readonly maxFileBytes: number;
  readonly signal: AbortSignal;
  readonly isPaused: () => boolean;
  readonly onProgress: (done: number, total: number) => void;
}

/** Brings the tables in step with files, batch by batch, in an order that a kill at any moment leaves repairable. */
export class IndexWriter {
  constructor(
    private readonly database: Database,
    private readonly catalog: Catalog,
    private readonly vectors: VectorSpace,
    private readonly reader: PageReader,
  ) {}

  /** @returns false when it was interrupted by a pause */
  async apply({ found, gone }: FoundChanges, control: WriteControl): Promise<boolean> {
    await this.catalog.forget(gone);
    const todo = found.filter((file) => {
      const known = this.catalog.get(file);
      return known?.mtime !== file.mtime || known.size !== file.size || known.state === 'failed';
    });
    let written = 0;
    let optimiseAt = firstOptimise;
    let done = 0;
    const queue = [...batches(todo)];
    let reading = this.read(queue[0], control);
    for (const [i, batch] of queue.entries()) {
      control.signal.throwIfAborted();
      if (control.isPaused()) return false;
      control.onProgress(done, todo.length);
      const results = await reading;
      // The next files are read and parsed on the other thread while these are written.
      reading = this.read(queue[i + 1], control);
      written += await this.write(batch, results, control);
      done += batch.length;
      if (written >= optimiseAt) {
        // Each optimisation rewrites the whole index: doubling keeps their sum in proportion.
        optimiseAt *= 2;
        await this.database.pages.optimise();
      }
    }
    return true;
  }

  private read(batch: readonly FoundFile[] = [], control: WriteControl): Promise<readonly PageResult[]> {
    return batch.length === 0
      ? Promise.resolve([])
      : this.reader.read(batch.map((file) => this.request(file, control)));
  }

  /** @returns pages written */
  private async write(
    batch: readonly FoundFile[],
    results: readonly PageResult[],
    control: WriteControl,
  ): Promise<number> {
    control.signal.throwIfAborted();
    const generation = this.catalog.nextGeneration();
    const fresh: KnownFile[] = [];
    const refreshed: KnownFile[] = [];
    const outdated: FileKey[] = [];
    const rows: (Record<string, unknown> & { id: string; root: string; rel: string; toks: string })[] = [];
    batch.forEach((file, i) => {
      const result = results[i];
      if (!result) return;
      const known = this.catalog.get(file);
      if (result.state === 'unchanged' && known) {
        refreshed.push({ ...known, mtime: file.mtime, size: file.size });
        return;
      }
      outdated.push(file);
      const entry = entryOf(file, result, generation);
      if (!entry) return;
      fresh.push(entry);
      if (result.state === 'indexed') rows.push(...rowsOfPages(file, result));
    });
    await this.catalog.forget(outdated);
    await this.catalog.refresh(refreshed);
    for (const row of rows) this.catalog.expectPages(row);
    await Promise.all([this.database.pages.add(rows), this.vectors.add(rows)]);
    await this.catalog.remember(fresh);
    return rows.length;
  }

  private request(file: FoundFile, control: WriteControl): PageRequest {
    const known = this.catalog.get(file);
    const request = { root: file.root, rel: file.rel, maxFileBytes: control.maxFileBytes };
    return known && known.state !== 'failed' ? { ...request, knownHash: known.hash } : request;
  }
}

function entryOf(file: FoundFile, result: PageResult, generation: number): KnownFile | undefined {
  const entry = {
    generation,
    parse: 'lines' as const,
    root: file.root,
    rel: file.rel,
    mtime: file.mtime,
    size: file.size,
    hash: '',
    pages: 0,
    reason: '',
  };
  switch (result.state) {
    case 'indexed':
      return {
        ...entry,
        state: 'indexed',
        hash: result.hash,
        pages: result.pages.length,
        parse: result.parse,
      };
    case 'skipped':
      return { ...entry, state: 'skipped', hash: result.hash, reason: result.reason };
    case 'failed':
      return { ...entry, state: 'failed', reason: result.reason };
    default:
      return undefined;
  }
}

function rowsOfPages(file: FoundFile, result: PageResult & { state: 'indexed' }) {
  const prefix = createHash('sha256').update(keyOf(file)).digest('hex').slice(0, 16);
  return result.pages.map((page) => ({
    id: `${prefix}:${page.startLine}${page.startColumn > 0 ? `.${page.startColumn}` : ''}`,
    root: file.root,
    rel: file.rel,
    startLine: page.startLine,
    endLine: page.endLine,
    startByte: page.startByte,
    endByte: page.endByte,
    symbol: page.symbol,
    names: page.names.join(' '),
    language: page.language,
    hash: page.hash,
    text: page.text,
    toks: page.toks,
    head: page.head,
  }));
}

function* batches(files: readonly FoundFile[]): Generator<FoundFile[]> {
  let batch: FoundFile[] = [];
  let bytes = 0;
  for (const file of files) {
    if (batch.length > 0 && (batch.length >= batchFiles || bytes + file.size > batchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += file.size;
  }
  if (batch.length > 0) yield batch;
}

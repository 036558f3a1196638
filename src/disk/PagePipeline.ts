import type { Catalog, FileKey } from './Catalog';
import { FileQueue } from './FileQueue';
import type { IndexWriter, ReadBatch } from './IndexWriter';
import type { FoundFile } from './look';
import type { MovedFiles } from './MovedFiles';
import type { PageReader } from './PageReader';
import type { PageRequest } from './readPages';
import { Signal } from './Signal';

export interface PipelineControl {
  readonly maxFileBytes: number;
  /** SHA-256 of a file as a shared index has it. */
  readonly sharedHash: (file: FileKey) => string | undefined;
  readonly signal: AbortSignal;
  /** How many threads may work at the moment; 0 to stop after what is under way. */
  readonly threads: () => number;
  readonly onProgress: (done: number, total: number) => void;
  /** After each write, with the pages written so far. */
  readonly onWritten: (pages: number) => Promise<void>;
}

/**
 * One run of reading and writing: threads read and cut files while what they have made is written. No more batches are
 * under way than there are threads and two besides, so memory stays bounded whatever is slowest.
 */
export class PagePipeline {
  private readonly queue = new FileQueue();
  private readonly read: ReadBatch[] = [];
  private moved: MovedFiles | undefined;
  private readonly changed = new Signal();
  private underWay = 0;
  private done = 0;
  private pages = 0;
  private complete = false;
  private failure: unknown;

  constructor(
    private readonly readers: readonly PageReader[],
    private readonly writer: IndexWriter,
    private readonly catalog: Catalog,
    private readonly control: PipelineControl,
  ) {}

  add(files: readonly FoundFile[]): void {
    this.queue.add(files);
    this.changed.fire();
  }

  /** Says what files that are added from now on may have been. */
  expectMoves(moved: MovedFiles): void {
    this.moved = moved;
  }

  /** Brings the neighbours of some files, absolute paths, to the front. */
  prefer(paths: readonly string[]): void {
    this.queue.prefer(paths);
  }

  /** Looks again how many threads may work. */
  wake(): void {
    this.changed.fire();
  }

  /** Says that no more files will be added. */
  end(): void {
    this.complete = true;
    this.changed.fire();
  }

  /** Files that are gone and were not found under another name. */
  notMoved(): FileKey[] {
    return this.moved?.rest() ?? [];
  }

  /** Works until all is written, or until it is stopped. */
  async run(): Promise<void> {
    const lanes = this.readers.map((reader, i) => this.lane(reader, i));
    await Promise.all(
      [...lanes, this.write()].map((work) => work.catch((error: unknown) => this.fail(error))),
    );
    this.control.signal.throwIfAborted();
    if (this.failure !== undefined) throw this.failure;
  }

  private fail(error: unknown): void {
    this.failure ??= error;
    this.changed.fire();
  }

  private get stopped(): boolean {
    return this.failure !== undefined || this.control.signal.aborted || this.control.threads() === 0;
  }

  /** Whether all that was added is written, and nothing more will be. */
  get finished(): boolean {
    return this.complete && this.queue.waiting === 0 && this.underWay === 0;
  }

  private async lane(reader: PageReader, number: number): Promise<void> {
    while (!this.stopped && !this.finished) {
      const free = this.underWay < this.readers.length + 2 && number < this.control.threads();
      if (!free || this.queue.waiting === 0) {
        await this.changed.next();
        continue;
      }
      this.underWay++;
      const files = this.queue.take(1 / (3 * this.readers.length));
      const { results, bytes } = await reader.read(files.map((file) => this.request(file)));
      this.read.push({ files, results, bytes });
      this.changed.fire();
    }
  }

  private async write(): Promise<void> {
    for (;;) {
      if (this.read.length === 0) {
        if (this.finished || (this.stopped && this.underWay === 0)) return;
        await this.changed.next();
        continue;
      }
      this.control.signal.throwIfAborted();
      const batches = this.read.splice(0);
      await this.writeBatches(batches);
      this.underWay -= batches.length;
      this.changed.fire();
      await this.control.onWritten(this.pages);
    }
  }

  private async writeBatches(batches: readonly ReadBatch[]): Promise<void> {
    const moves: Parameters<IndexWriter['move']>[0][number][] = [];
    for (const { files, results } of batches) {
      for (const [i, to] of files.entries()) {
        const result = results[i];
        if (result?.state === 'indexed') this.pages += result.pages;
        if (result?.state !== 'moved') continue;
        const from = this.moved?.claim(to, result.hash);
        if (from) moves.push({ from, to });
        // Two copies of one file that is gone: the other is read after all.
        else this.queue.add([to]);
      }
      this.done += files.length;
    }
    await this.writer.write(batches);
    await this.writer.move(moves);
    this.control.onProgress(this.done, this.queue.total);
  }

  private request(file: FoundFile): PageRequest {
    const known = this.catalog.get(file);
    const { root, rel } = file;
    const goneHashes = this.moved?.hashes(file) ?? [];
    const sharedHash = this.control.sharedHash(file);
    return {
      root,
      rel,
      maxFileBytes: this.control.maxFileBytes,
      ...(known && known.state !== 'failed' ? { knownHash: known.hash } : {}),
      ...(sharedHash === undefined ? {} : { sharedHash }),
      ...(goneHashes.length > 0 ? { goneHashes } : {}),
    };
  }
}

import { describe, expect, it } from 'vitest';
import type { Catalog, KnownFile } from '../../../src/disk/Catalog';
import type { IndexWriter, ReadBatch } from '../../../src/disk/IndexWriter';
import type { FoundFile } from '../../../src/disk/look';
import { MovedFiles } from '../../../src/disk/MovedFiles';
import { PagePipeline } from '../../../src/disk/PagePipeline';
import type { PageReader, ReadFiles } from '../../../src/disk/PageReader';
import type { FileResult, PageRequest } from '../../../src/disk/readPages';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const file = (rel: string, size = 400_000): FoundFile => ({ root: '/w', rel, mtime: 1, size });
const many = (count: number) => Array.from({ length: count }, (_, i) => file(`f${i}`));
const indexed: FileResult = { state: 'indexed', hash: 'h', parse: 'lines', pages: 3 };

type Moves = Parameters<IndexWriter['move']>[0];

/** A pipeline between readers and a writer whose pace a test sets. */
class Bench {
  threads = 2;
  readonly abort = new AbortController();
  readonly asked: PageRequest[] = [];
  readonly written: string[] = [];
  readonly moved: string[] = [];
  reading = 0;
  unwritten = 0;
  mostUnwritten = 0;
  mostReading = 0;
  failWriting = false;
  answer = (_: PageRequest): FileResult => indexed;
  writing: () => Promise<unknown> = turn;
  readonly progress: (readonly [number, number])[] = [];

  readonly pipeline = new PagePipeline(
    [this.reader(), this.reader()],
    {
      write: (batches: ReadBatch[]) => this.write(batches),
      move: (moves: Moves) => this.move(moves),
    } as unknown as IndexWriter,
    { get: () => undefined } as unknown as Catalog,
    {
      maxFileBytes: 1,
      signal: this.abort.signal,
      threads: () => this.threads,
      onProgress: (done, total) => this.progress.push([done, total]),
      onWritten: async () => {},
      sharedHash: () => undefined,
    },
  );

  private reader(): PageReader {
    const read = async (files: readonly PageRequest[]): Promise<ReadFiles> => {
      this.reading++;
      this.unwritten++;
      this.mostReading = Math.max(this.mostReading, this.reading);
      this.mostUnwritten = Math.max(this.mostUnwritten, this.unwritten);
      await turn();
      this.reading--;
      this.asked.push(...files);
      return { results: files.map((request) => this.answer(request)), bytes: [] };
    };
    return { read } as unknown as PageReader;
  }

  private async write(batches: readonly ReadBatch[]): Promise<void> {
    if (this.failWriting) throw new Error('disk full');
    await this.writing();
    this.unwritten -= batches.length;
    for (const { files, results } of batches)
      for (const [i, { rel }] of files.entries()) if (results[i]?.state === 'indexed') this.written.push(rel);
  }

  private async move(moves: Moves): Promise<void> {
    for (const { from, to } of moves) this.moved.push(`${from.rel} → ${to.rel}`);
  }
}

describe('PagePipeline', () => {
  it('writes each file once and tells how far it is', async () => {
    const bench = new Bench();
    const run = bench.pipeline.run();
    bench.pipeline.add(many(40));
    await turn();
    bench.pipeline.add([file('late')]);
    bench.pipeline.end();
    await run;
    expect(bench.pipeline.finished).toBe(true);
    expect(bench.written.sort()).toEqual([...many(40).map(({ rel }) => rel), 'late'].sort());
    expect(bench.progress.at(-1)).toEqual([41, 41]);
  });

  it('reads no further ahead of a slow writer than threads and two', async () => {
    const bench = new Bench();
    bench.writing = () => new Promise((resolve) => setTimeout(resolve, 5));
    bench.pipeline.add(many(100));
    bench.pipeline.end();
    await bench.pipeline.run();
    expect(bench.written).toHaveLength(100);
    expect(bench.mostReading).toBe(2);
    expect(bench.mostUnwritten).toBe(4);
  });

  it('leaves threads alone that may not work', async () => {
    const bench = new Bench();
    bench.threads = 1;
    bench.pipeline.add(many(20));
    bench.pipeline.end();
    await bench.pipeline.run();
    expect(bench.mostReading).toBe(1);
    expect(bench.written).toHaveLength(20);
  });

  it('stops when it is held, after writing what was read', async () => {
    const bench = new Bench();
    bench.pipeline.add(many(100));
    const run = bench.pipeline.run();
    await turn();
    bench.threads = 0;
    bench.pipeline.wake();
    await run;
    expect(bench.pipeline.finished).toBe(false);
    expect(bench.written).toHaveLength(bench.asked.length);
    expect(bench.written.length).toBeLessThan(100);
  });

  it('fails with what went wrong, or as it was told to stop', async () => {
    const broken = new Bench();
    broken.failWriting = true;
    broken.pipeline.add(many(10));
    broken.pipeline.end();
    await expect(broken.pipeline.run()).rejects.toThrow('disk full');

    const stopped = new Bench();
    stopped.pipeline.add(many(100));
    const run = stopped.pipeline.run();
    stopped.abort.abort(new Error('closing'));
    stopped.pipeline.wake();
    await expect(run).rejects.toThrow('closing');
  });

  it('moves one copy of a file that is gone and reads the other', async () => {
    const gone = { ...file('old.ts'), hash: 'x', pages: 2, state: 'indexed' } as unknown as KnownFile;
    const bench = new Bench();
    bench.answer = ({ goneHashes }) => (goneHashes?.includes('x') ? { state: 'moved', hash: 'x' } : indexed);
    bench.pipeline.expectMoves(new MovedFiles([gone, { root: '/w', rel: 'lost.ts' }]));
    bench.pipeline.add([file('new.ts'), file('copy.ts')]);
    bench.pipeline.end();
    await bench.pipeline.run();
    expect(bench.moved).toEqual(['old.ts → new.ts']);
    expect(bench.written).toEqual(['copy.ts']);
    expect(bench.pipeline.notMoved()).toEqual([{ root: '/w', rel: 'lost.ts' }]);
  });
});

import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileKey, type KnownFile, keyOf, rowsOf } from './Catalog';
import { type Database, vectorModelFile, vectorSchema } from './Database';
import type { IndexAnswer, IndexQuestion } from './indexWorker';
import { type LsiModel, LsiSpace } from './Lsi';
import { WorkerThread } from './WorkerThread';

const dimensions = 128;
/** A bigger corpus is sampled for the fit; the other pages are folded in. */
const maxFitPages = 8_000;
const minPages = 40;
/** The fit is repeated when the corpus has grown by this factor (or shrunk by as much). */
const growth = 1.3;
const fitTimeout = 300_000;
/** Pages turned into vectors between two looks at other work. */
const slice = 64;
/** Files whose pages become vectors in one write. */
const filesAtOnce = 64;

/**
 * The vectors of the workspace: an LSI model fitted on its own pages, kept beside the tables, and one vector for each page
 * in LanceDB. They are made when the pages are written, in the background and in small steps: terms alone find well enough
 * until then. The model file is written last and removed first: a fit that was killed is simply done again.
 */
export class VectorSpace {
  private space: LsiSpace | undefined;
  private readonly file: string;
  /** Files with pages that have no vectors yet. */
  private readonly waiting = new Map<string, FileKey>();
  private fitting: Promise<LsiModel | null> | undefined;
  /** A model that is not on disk yet: not all pages have its vectors. */
  private unsaved: LsiModel | undefined;

  constructor(
    private readonly database: Database,
    private readonly workerScript: string,
  ) {
    this.file = join(database.folder, vectorModelFile);
  }

  async load(): Promise<void> {
    const model = await readModel(this.file);
    if (model) this.space = new LsiSpace(model);
  }

  embed(tokens: readonly string[]): Float32Array | undefined {
    return this.space?.embed(tokens);
  }

  /** Inverse document frequency of a term; 1 before the first fit. */
  idf(term: string): number {
    return this.space?.idf(term) ?? 1;
  }

  /** Notes that the pages of files were written. */
  expect(files: readonly FileKey[]): void {
    if (this.space) for (const file of files) this.waiting.set(keyOf(file), file);
  }

  /** Looks for files whose pages have no vectors, after a process that was killed. */
  async findMissing(files: Iterable<KnownFile>): Promise<void> {
    if (!this.space) return;
    const present = new Set<string>();
    for await (const batch of this.database.vectors.batches(['root', 'rel'])) {
      const [roots, rels] = [batch.getChild('root'), batch.getChild('rel')];
      for (let i = 0; i < batch.numRows; i++) present.add(keyOf({ root: roots?.get(i), rel: rels?.get(i) }));
    }
    for (const file of files)
      if (file.pages > 0 && !present.has(keyOf(file))) this.waiting.set(keyOf(file), file);
  }

  /** Whether `work` has something to do for so many pages. */
  isDue(pages: number): boolean {
    return this.waiting.size > 0 || this.unsaved !== undefined || this.fitIsDue(pages);
  }

  private fitIsDue(pages: number): boolean {
    const fitted = this.space?.model.documents ?? 0;
    const wanted = Math.min(pages, maxFitPages);
    return pages >= minPages && (fitted === 0 || wanted > fitted * growth || wanted < fitted / growth);
  }

  /**
   * Fits anew when the number of pages says so, then makes the vectors that are missing. What is left when it is interrupted
   * is done the next time.
   * @param files all that have pages
   */
  async work(files: () => Iterable<KnownFile>, pages: number, signal: AbortSignal): Promise<void> {
    if (this.fitIsDue(pages)) {
      const model = await this.fitted(pages, signal);
      if (model) await this.replace(model, files());
    }
    while (this.waiting.size > 0) {
      signal.throwIfAborted();
      await this.makeVectors([...firstOf(this.waiting.values(), filesAtOnce)]);
    }
    if (!this.unsaved) return this.database.vectors.optimiseIfWorth();
    await this.database.vectors.optimise();
    await writeModel(this.file, this.unsaved);
    this.unsaved = undefined;
  }

  async clear(): Promise<void> {
    this.space = undefined;
    this.unsaved = undefined;
    this.waiting.clear();
    await rm(this.file, { force: true });
    await this.database.vectors.delete('true');
  }

  /** A fit goes on when the work is interrupted; the next one finds it. */
  private async fitted(pages: number, signal: AbortSignal): Promise<LsiModel | null> {
    this.fitting ??= this.fit(pages);
    try {
      const model = await unlessAborted(this.fitting, signal);
      this.fitting = undefined;
      return model;
    } catch (error) {
      if (!signal.aborted) this.fitting = undefined;
      throw error;
    }
  }

  private async fit(pages: number): Promise<LsiModel | null> {
    const step = Math.max(1, pages / maxFitPages);
    const documents: string[] = [];
    let before = 0;
    for await (const batch of this.database.pages.batches(['toks'])) {
      const toks = batch.getChild('toks');
      for (let row = Math.floor(documents.length * step); row - before < batch.numRows; ) {
        documents.push(toks?.get(row - before));
        row = Math.floor(documents.length * step);
      }
      before += batch.numRows;
    }
    const thread = new WorkerThread<IndexQuestion, IndexAnswer>(this.workerScript);
    try {
      const answer = await thread.ask({ kind: 'fit', documents, dimensions }, fitTimeout);
      return answer.kind === 'fit' ? answer.model : null;
    } finally {
      thread.stop();
    }
  }

  private async replace(model: LsiModel, files: Iterable<KnownFile>): Promise<void> {
    this.space = undefined;
    await rm(this.file, { force: true });
    await this.database.vectors.replaceAll([], vectorSchema(model.dimensions));
    this.space = new LsiSpace(model);
    this.unsaved = model;
    this.waiting.clear();
    for (const file of files) if (file.pages > 0) this.waiting.set(keyOf(file), file);
  }

  private async makeVectors(files: readonly FileKey[]): Promise<void> {
    const pages = await this.database.pages.columns(['id', 'root', 'rel', 'toks'], rowsOf(files));
    const [ids, roots, rels, toks] = ['id', 'root', 'rel', 'toks'].map((name) => pages.getChild(name));
    const rows: Record<string, unknown>[] = [];
    for (let i = 0; i < pages.numRows; i++) {
      if (i % slice === slice - 1) await new Promise(setImmediate);
      const vector = this.embed(String(toks?.get(i)).split(' '));
      if (vector) rows.push({ id: ids?.get(i), root: roots?.get(i), rel: rels?.get(i), vector });
    }
    await this.database.vectors.add(rows);
    for (const file of files) this.waiting.delete(keyOf(file));
  }
}

function* firstOf<Value>(values: Iterable<Value>, count: number): Generator<Value> {
  let left = count;
  for (const value of values) {
    if (left-- === 0) return;
    yield value;
  }
}

/** @throws the signal's reason as soon as there is one; the promise goes on */
function unlessAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

interface ModelHeader {
  readonly dimensions: number;
  readonly documents: number;
  readonly terms: readonly string[];
}

/** Layout: length of the header (uint32 LE), header (JSON, padded to 4 bytes), idf, basis (float32 LE). */
async function writeModel(file: string, model: LsiModel): Promise<void> {
  const header: ModelHeader = {
    dimensions: model.dimensions,
    documents: model.documents,
    terms: model.terms,
  };
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((4 - (json.length % 4)) % 4, ' ')]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(padded.length);
  const bytes = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  await writeFile(`${file}.new`, Buffer.concat([length, padded, bytes(model.idf), bytes(model.basis)]));
  await rename(`${file}.new`, file);
}

/** @returns undefined when there is no whole model */
async function readModel(file: string): Promise<LsiModel | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  if (!bytes || bytes.length < 4) return undefined;
  try {
    const start = 4 + bytes.readUInt32LE(0);
    const { dimensions, documents, terms } = JSON.parse(bytes.toString('utf8', 4, start)) as ModelHeader;
    const floats = new Float32Array(new Uint8Array(bytes.subarray(start)).buffer);
    if (floats.length !== terms.length * (1 + dimensions)) return undefined;
    return {
      dimensions,
      documents,
      terms,
      idf: floats.subarray(0, terms.length),
      basis: floats.subarray(terms.length),
    };
  } catch {
    return undefined;
  }
}

import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, vectorModelFile, vectorSchema } from './Database';
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
const slice = 256;

export interface VectorRow {
  readonly id: string;
  readonly root: string;
  readonly rel: string;
  readonly toks: string;
}

/**
 * The vectors of the workspace: an LSI model fitted on its own pages, kept beside the tables, and one vector for each page
 * in LanceDB. The model file is written last and removed first: a fit that was killed is simply done again.
 */
export class VectorSpace {
  private space: LsiSpace | undefined;
  private readonly file: string;

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

  async add(rows: readonly VectorRow[]): Promise<void> {
    await this.database.vectors.add(this.vectorsOf(rows));
  }

  private vectorsOf(rows: readonly VectorRow[]): Record<string, unknown>[] {
    return rows.flatMap(({ id, root, rel, toks }) => {
      const vector = this.embed(toks.split(' '));
      return vector ? [{ id, root, rel, vector }] : [];
    });
  }

  /** Fits anew when the number of pages says so. */
  async refitIfGrown(pages: number, signal: AbortSignal): Promise<void> {
    const fitted = this.space?.model.documents ?? 0;
    const wanted = Math.min(pages, maxFitPages);
    if (pages < minPages || (fitted > 0 && wanted <= fitted * growth && wanted >= fitted / growth)) return;
    const model = await this.fit(pages, signal);
    if (!model) return;
    this.space = undefined;
    await rm(this.file, { force: true });
    const space = new LsiSpace(model);
    await this.rewrite(space, signal);
    await writeModel(this.file, model);
    this.space = space;
  }

  async clear(): Promise<void> {
    this.space = undefined;
    await rm(this.file, { force: true });
    await this.database.vectors.delete('true');
  }

  private async fit(pages: number, signal: AbortSignal): Promise<LsiModel | null> {
    const step = Math.max(1, Math.ceil(pages / maxFitPages));
    const documents: string[] = [];
    let n = 0;
    for await (const batch of this.database.pages.scan(['toks'])) {
      for (const row of batch) if (n++ % step === 0) documents.push(String(row.toks));
    }
    const thread = new WorkerThread(this.workerScript);
    const stop = () => thread.stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const reply = await thread.ask({ kind: 'fit', documents, dimensions }, fitTimeout);
      return reply.kind === 'fit' ? reply.model : null;
    } finally {
      signal.removeEventListener('abort', stop);
      thread.stop();
    }
  }

  private async rewrite(space: LsiSpace, signal: AbortSignal): Promise<void> {
    await this.database.vectors.replaceAll([], vectorSchema(space.model.dimensions));
    let rows: Record<string, unknown>[] = [];
    for await (const batch of this.database.pages.scan(['id', 'root', 'rel', 'toks'])) {
      for (const [i, row] of batch.entries()) {
        if (i % slice === 0) {
          signal.throwIfAborted();
          await new Promise(setImmediate);
        }
        const vector = space.embed(String(row.toks).split(' '));
        if (vector) rows.push({ id: row.id, root: row.root, rel: row.rel, vector });
      }
      if (rows.length >= 4096) {
        await this.database.vectors.add(rows);
        rows = [];
      }
    }
    await this.database.vectors.add(rows);
    await this.database.vectors.optimise();
  }
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

import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Database } from './Database';
import { type SpaceInfo, VectorSpace } from './VectorSpace';

/** Beside the tables: which models have vectors, the one used last first. */
const listFile = 'embeddings.json';
/** Besides the model in use the one before it keeps its vectors: switching back costs nothing. */
const kept = 2;

const list = z.array(
  z.object({
    model: z.string(),
    dimensions: z.int().positive(),
    table: z.string(),
    complete: z.boolean(),
    trainedOn: z.number(),
  }),
);

/** The vectors of the models that were used last. */
export class VectorSpaces {
  private constructor(
    private readonly database: Database,
    private infos: readonly SpaceInfo[],
  ) {}

  static async load(database: Database): Promise<VectorSpaces> {
    const text = await readFile(join(database.folder, listFile), 'utf8').catch(() => '[]');
    return new VectorSpaces(database, parsed(text));
  }

  /** @returns what there is of a model, opened; undefined when it has no vectors yet */
  async find(model: string): Promise<VectorSpace | undefined> {
    const info = this.infos.find((candidate) => candidate.model === model);
    return info && VectorSpace.open(this.database, info);
  }

  /** An empty space; vectors that the model made with other dimensions are forgotten. */
  async create(model: string, dimensions: number): Promise<VectorSpace> {
    const name = createHash('sha256').update(`${model}\0${dimensions}`).digest('hex').slice(0, 12);
    const info = { model, dimensions, table: `vectors-${name}`, complete: false, trainedOn: 0 };
    const former = this.infos.filter((candidate) => candidate.model === model);
    await this.keep([info, ...this.infos.filter((candidate) => candidate.model !== model)]);
    for (const { table } of former) if (table !== info.table) await this.database.dropVectors(table);
    return VectorSpace.open(this.database, info);
  }

  /** Notes something of a space, and that it is the one in use. */
  async update(
    space: VectorSpace,
    change: Partial<Pick<SpaceInfo, 'complete' | 'trainedOn'>>,
  ): Promise<void> {
    space.info = { ...space.info, ...change };
    const { table } = space.info;
    await this.keep([space.info, ...this.infos.filter((candidate) => candidate.table !== table)]);
  }

  /** Drops what only earlier models have made. */
  async prune(): Promise<void> {
    const old = this.infos.slice(kept);
    if (old.length === 0) return;
    await this.keep(this.infos.slice(0, kept));
    for (const { table } of old) await this.database.dropVectors(table);
  }

  /** Drops everything. */
  async clear(): Promise<void> {
    const old = this.infos;
    await this.keep([]);
    for (const { table } of old) await this.database.dropVectors(table);
  }

  private async keep(infos: readonly SpaceInfo[]): Promise<void> {
    this.infos = infos;
    const file = join(this.database.folder, listFile);
    await writeFile(`${file}.new`, JSON.stringify(infos));
    await rename(`${file}.new`, file);
  }
}

function parsed(text: string): readonly SpaceInfo[] {
  try {
    return list.parse(JSON.parse(text));
  } catch {
    // Made anew, as all that is here.
    return [];
  }
}

import { ModelError, VirtualContextError } from '../engine/errors';
import type { EmbeddingStatus } from '../engine/indexStatus';
import { isSecretPath } from '../engine/secretFiles';
import { EmbeddingEndpoint } from '../models/embeddingEndpoint';
import { embeddingCost } from '../models/embeddingPrices';
import { type Catalog, type FileKey, keyOf } from './Catalog';
import type { Database } from './Database';
import {
  type Chosen,
  hostOf,
  isLasting,
  mayBeSent,
  mayStillServe,
  modelOf,
  ofSeveralLengths,
  unconfirmedChoice,
} from './embeddingChoice';
import { HashSet64 } from './HashSet64';
import { reasonOf } from './loadLance';
import { eachPage, requestsOf, textsOf } from './pagesToEmbed';
import type { EmbeddingChoice } from './protocol';
import { QueryVectors } from './QueryVectors';
import type { NearPage, VectorSpace } from './VectorSpace';
import { VectorSpaces } from './VectorSpaces';

/** Files whose pages are looked at together. */
const filesAtOnce = 64;
/** Requests at a time: what is under way when the process is killed is sent again. */
const requestsAtOnce = 4;
const bytesPerToken = 3.6;
/** What may pass (a limit of requests, a server that is down) is tried again after so long, ms. */
const pauseAfterTrouble = 60_000;

interface Served {
  readonly space: VectorSpace;
  readonly queries: QueryVectors;
  readonly baseUrl: string;
}

/** The endpoint gives vectors of another length than those that there are. */
class OtherDimensions extends Error {
  constructor(readonly dimensions: number) {
    super(`vectors now have ${dimensions} dimensions`);
  }
}

/**
 * Keeps a vector for every page, made by the endpoint the person has chosen. Works on its own beside the indexer, whenever
 * files were written. A vector belongs to a text: renames, checkouts, rebuilds and kills make none twice.
 */
export class Embeddings {
  private chosen: Chosen | undefined;
  /** What is being filled, or kept filled; undefined before the first answer of a new model. */
  private target: VectorSpace | undefined;
  /** What searches use. */
  private served: Served | undefined;
  /** Files that may have pages without vectors, and how many. */
  private readonly waiting = new Map<string, FileKey & { readonly pages: number }>();
  private lookWanted = false;
  private resting = true;
  private working: Promise<void> | undefined;
  private training: Promise<unknown> | undefined;
  private choosing: Promise<void> = Promise.resolve();
  private trouble: { readonly message: string; readonly nextStep: string } | undefined;
  private unconfirmed: EmbeddingStatus['estimate'];
  private retry: NodeJS.Timeout | undefined;

  private constructor(
    private readonly database: Database,
    private readonly catalog: Catalog,
    private readonly spaces: VectorSpaces,
    private readonly onChange: () => void,
  ) {}

  static async load(database: Database, catalog: Catalog, onChange: () => void): Promise<Embeddings> {
    return new Embeddings(database, catalog, await VectorSpaces.load(database), onChange);
  }

  /** Has vectors made by another endpoint, or none; the same choice again goes on after trouble that needed the person. */
  choose(choice: EmbeddingChoice): Promise<void> {
    this.choosing = this.choosing.then(() => (this.isChosen(choice) ? undefined : this.change(choice)));
    return this.choosing;
  }

  private isChosen(choice: EmbeddingChoice): boolean {
    const { chosen } = this;
    if (choice.provider === 'none' || !chosen || this.trouble || this.unconfirmed) return false;
    return modelOf(choice) === modelOf(chosen) && choice.apiKey === chosen.apiKey;
  }

  private async change(choice: EmbeddingChoice): Promise<void> {
    this.chosen?.abort.abort();
    clearTimeout(this.retry);
    await this.working;
    this.waiting.clear();
    this.trouble = undefined;
    this.unconfirmed = undefined;
    this.target = undefined;
    if (choice.provider === 'none') {
      this.chosen = undefined;
      this.served = undefined;
      this.onChange();
      return;
    }
    // Questions go on to the former endpoint only where the person's text may still go.
    if (this.served && !mayStillServe(this.served.baseUrl, choice.baseUrl)) this.served = undefined;
    const chosen = { ...choice, endpoint: new EmbeddingEndpoint(choice), abort: new AbortController() };
    this.chosen = chosen;
    this.target = await this.spaces.find(modelOf(choice));
    if (this.target?.info.complete) this.serve(chosen, this.target);
    this.lookWanted = true;
    this.wake();
    this.onChange();
  }

  /** Notes that pages of files were written. */
  expect(files: readonly (FileKey & { readonly pages: number })[]): void {
    if (!this.chosen) return;
    for (const file of files) this.waitFor(file, file.pages);
    this.wake();
  }

  /** Nothing is sent until `resume`; what is under way is finished. */
  rest(): void {
    this.resting = true;
  }

  resume(): void {
    this.resting = false;
    this.wake();
  }

  /** Forgets all vectors; they are made anew. */
  async clear(): Promise<void> {
    const { chosen } = this;
    await this.choose({ provider: 'none' });
    await this.spaces.clear();
    if (chosen) await this.choose(unconfirmedChoice(chosen));
  }

  async dispose(): Promise<void> {
    this.chosen?.abort.abort();
    this.chosen = undefined;
    clearTimeout(this.retry);
    await this.working;
  }

  get isServing(): boolean {
    return this.served !== undefined;
  }

  /** Pages whose text is nearest to a question; none while there are no vectors or the endpoint cannot be reached. */
  async nearest(text: string, limit: number, signal: AbortSignal): Promise<NearPage[]> {
    const { served } = this;
    const vector = await served?.queries.vector(text, signal);
    if (!served || !vector) return [];
    if (vector.length !== served.space.info.dimensions) {
      const { chosen } = this;
      if (chosen && served.space === this.target) void this.beginAnew(chosen, vector.length);
      return [];
    }
    // A table that is dropped at this moment gives nothing.
    return served.space.nearest(vector, limit).catch(() => []);
  }

  status(): EmbeddingStatus {
    const { chosen } = this;
    const total = this.catalog.counts.pages;
    if (!chosen) return { state: 'off', model: '', host: '', done: 0, total };
    const { model, baseUrl } = chosen;
    const missing = this.lookWanted ? total : Math.min(total, this.missing());
    const status = { model, host: hostOf(baseUrl), done: total - missing, total };
    if (this.trouble) {
      const { message, nextStep } = this.trouble;
      return { ...status, state: 'error', message, nextStep };
    }
    if (this.unconfirmed) return { ...status, state: 'unconfirmed', estimate: this.unconfirmed };
    const idle = !this.lookWanted && this.waiting.size === 0 && !this.working;
    return { ...status, state: idle ? 'ready' : 'embedding' };
  }

  private missing(): number {
    let missing = 0;
    for (const { pages } of this.waiting.values()) missing += pages;
    return missing;
  }

  private waitFor({ root, rel }: FileKey, pages: number): void {
    if (pages > 0 && !isSecretPath(rel)) this.waiting.set(keyOf({ root, rel }), { root, rel, pages });
  }

  private wake(): void {
    const { chosen } = this;
    if (!chosen || chosen.abort.signal.aborted || this.working || this.resting) return;
    if (this.trouble || this.unconfirmed) return;
    if (!this.lookWanted && this.waiting.size === 0) return;
    this.working = this.work(chosen)
      .catch((error: unknown) => {
        if (chosen.abort.signal.aborted) return;
        if (error instanceof OtherDimensions) void this.beginAnew(chosen, error.dimensions);
        else this.failed(error);
      })
      .finally(() => {
        this.working = undefined;
        this.onChange();
        this.wake();
      });
    this.onChange();
  }

  private failed(error: unknown): void {
    const { message, nextStep } =
      error instanceof VirtualContextError
        ? error
        : {
            message: `Vectors could not be written: ${reasonOf(error)}.`,
            nextStep: 'Free disk space if it is short.',
          };
    this.trouble = { message, nextStep };
    this.onChange();
    if (isLasting(error)) return;
    const asked = error instanceof ModelError ? (error.details.retryAfterMs ?? 0) : 0;
    this.retry = setTimeout(
      () => {
        this.trouble = undefined;
        this.wake();
      },
      Math.max(pauseAfterTrouble, asked),
    ).unref();
  }

  private async work(chosen: Chosen): Promise<void> {
    const { signal } = chosen.abort;
    if (this.lookWanted) await this.lookForMissing(chosen);
    // What is to be sent has changed since: the estimate is made anew.
    else if (this.waiting.size > 0 && !mayBeSent(chosen)) await this.lookForMissing(chosen);
    if (this.unconfirmed) return;
    while (this.waiting.size > 0) {
      if (signal.aborted || this.resting) return;
      const files = [...this.waiting.values()].slice(0, filesAtOnce);
      await this.embedFiles(chosen, files);
      for (const file of files) {
        // Written again meanwhile: looked at again.
        if (this.waiting.get(keyOf(file)) === file) this.waiting.delete(keyOf(file));
      }
      this.onChange();
    }
    if (this.target) await this.completed(chosen, this.target);
  }

  private async completed(chosen: Chosen, space: VectorSpace): Promise<void> {
    if (!space.info.complete || this.served?.space !== space) {
      await this.spaces.update(space, { complete: true });
      this.serve(chosen, space);
      await this.spaces.prune();
    }
    await space.sweep(this.catalog.counts.pages, async (visit) => {
      await eachPage(this.database, (_, hash) => visit(hash));
    });
    this.training ??= space
      .train()
      .then(async (trainedOn) => {
        if (trainedOn !== undefined) await this.spaces.update(space, { trainedOn });
      })
      // Without an index every vector is looked at: slower, and exact.
      .catch(() => undefined)
      .finally(() => {
        this.training = undefined;
      });
  }

  private serve(chosen: Chosen, space: VectorSpace): void {
    const queries = new QueryVectors(chosen.endpoint, (error) => {
      // What may pass is no trouble of the person's: terms alone find meanwhile.
      if (this.chosen === chosen && isLasting(error)) this.failed(error);
    });
    this.served = { space, queries, baseUrl: chosen.baseUrl };
    // Vectors know their pages by hash. Without the index every page is looked at: slower, and the same.
    void this.database.pages.ensureKey('hash').catch(() => undefined);
  }

  /** Finds the files with pages that have no vectors, and what these will cost. */
  private async lookForMissing(chosen: Chosen): Promise<void> {
    const files = new Map<string, FileKey & { pages: number }>();
    const counted = new HashSet64();
    let bytes = 0;
    await eachPage(this.database, (file, hash, size) => {
      if (this.target?.has(hash) || isSecretPath(file.rel)) return;
      const key = keyOf(file);
      const known = files.get(key);
      if (known) known.pages++;
      else files.set(key, { ...file, pages: 1 });
      if (counted.has(hash)) return;
      counted.add(hash);
      bytes += size;
    });
    if (chosen.abort.signal.aborted) return;
    this.lookWanted = false;
    for (const file of files.values()) this.waitFor(file, file.pages);
    if (files.size === 0 || mayBeSent(chosen)) return;
    const tokens = Math.ceil(bytes / bytesPerToken);
    const dollars = embeddingCost(chosen.baseUrl, chosen.model, tokens);
    this.unconfirmed = { pages: counted.size, tokens, ...(dollars === undefined ? {} : { dollars }) };
  }

  private async embedFiles(chosen: Chosen, files: readonly FileKey[]): Promise<void> {
    const requests = requestsOf(
      await textsOf(this.database, files, (hash) => this.target?.has(hash) ?? false),
    );
    for (let i = 0; i < requests.length; i += requestsAtOnce) {
      if (chosen.abort.signal.aborted) throw chosen.abort.signal.reason;
      const some = requests.slice(i, i + requestsAtOnce);
      const answers = await Promise.allSettled(
        some.map((pages) =>
          chosen.endpoint.embed(
            pages.map(({ text }) => text),
            chosen.abort.signal,
          ),
        ),
      );
      // What was answered was paid for, whatever became of the others.
      const rows = answers.flatMap((answer, n) =>
        answer.status === 'fulfilled'
          ? answer.value.map((vector, at) => ({ hash: some[n]?.[at]?.hash as string, vector }))
          : [],
      );
      if (rows.length > 0) await this.write(chosen, rows);
      const failure = answers.find((answer) => answer.status === 'rejected');
      if (failure) throw failure.reason;
    }
  }

  private async write(
    chosen: Chosen,
    rows: readonly { readonly hash: string; readonly vector: Float32Array }[],
  ): Promise<void> {
    const dimensions = rows[0]?.vector.length as number;
    if (rows.some(({ vector }) => vector.length !== dimensions)) throw ofSeveralLengths(chosen);
    this.target ??= await this.spaces.create(modelOf(chosen), dimensions);
    if (this.target.info.dimensions !== dimensions) throw new OtherDimensions(dimensions);
    await this.target.add(rows);
  }

  /** The model behind the name is another one: its vectors are made anew; what costs money is asked for again. */
  private async beginAnew(chosen: Chosen, dimensions: number): Promise<void> {
    if (chosen.abort.signal.aborted) return;
    chosen.abort.abort();
    this.served = undefined;
    await this.working;
    await this.spaces.create(modelOf(chosen), dimensions);
    if (this.chosen === chosen) await this.change(unconfirmedChoice(chosen));
  }
}

import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DiskUnavailableError, VirtualContextError } from '../engine/errors';
import type { RebuildTarget } from '../engine/indexStatus';
import { Catalog, type FileKey } from './Catalog';
import { Database } from './Database';
import { Embeddings } from './Embeddings';
import { GitHistory } from './GitHistory';
import { Indexer } from './Indexer';
import { LivePages } from './LivePages';
import { reasonOf } from './loadLance';
import { NotesIndex } from './NotesIndex';
import { OverlaidPages } from './OverlaidPages';
import { PageReader } from './PageReader';
import type {
  IndexPhase,
  IndexStatus,
  OpenWorkspaceParams,
  Published,
  PublishParams,
  WorkspaceRoot,
} from './protocol';
import { publishIndex } from './publishIndex';
import { RecallIndex } from './RecallIndex';
import { SharedIndex } from './SharedIndex';
import { SharedStore } from './SharedStore';
import { sleepWatch } from './sleepWatch';
import { type ClientId, UnsavedFiles } from './UnsavedFiles';
import { VectorCandidates } from './VectorCandidates';
import { WorkspaceSearch } from './WorkspaceSearch';
import { WriterLease } from './WriterLease';

/** Progress is told this often at most, ms. */
const statusInterval = 150;
/** Indexing waits so long, ms, for a shared index to be reached. */
const sharedPatience = 10_000;

interface Parts {
  readonly database: Database;
  readonly indexer: Indexer;
  readonly embeddings: Embeddings;
  readonly history: GitHistory;
  readonly unsaved: UnsavedFiles;
  readonly search: WorkspaceSearch;
  readonly recall: RecallIndex;
  readonly notes: NotesIndex;
}

/** Everything behind the socket: opens the store on the first request and tells how indexing goes. */
export class DiskService {
  private opening: Promise<Parts> | undefined;
  private parts: Parts | undefined;
  private phase: IndexPhase = { phase: 'starting' };
  /** Where `phase` goes as soon as the store has been measured. */
  private nextPhase: IndexPhase | undefined;
  private storeBytes = 0;
  private shared: SharedIndex | undefined;
  private sharedKey = '';
  private statusTimer: NodeJS.Timeout | undefined;
  private stopWatchingSleep: (() => void) | undefined;

  /**
   * @param store folder of the tables
   * @param scripts folder of indexWorker.js and grammars/
   * @param onStatus told about every change of the status
   */
  constructor(
    private readonly store: string,
    private readonly scripts: string,
    private readonly onStatus: (status: IndexStatus) => void,
  ) {}

  /** @throws DiskUnavailableError when LanceDB cannot be loaded; the same one each time, nothing is tried twice */
  open(): Promise<Parts> {
    this.opening ??= this.openParts().catch((error: unknown) => {
      const failure = asFailure(error);
      this.setPhase({ phase: 'error', message: failure.message, nextStep: failure.nextStep });
      // A library that cannot be loaded stays so for the life of this process; a full disk may be freed.
      if (!(error instanceof DiskUnavailableError)) this.opening = undefined;
      throw failure;
    });
    return this.opening;
  }

  async openWorkspace(params: OpenWorkspaceParams): Promise<void> {
    const { roots, options, paused } = params;
    const { indexer, unsaved } = await this.open();
    const folders = roots.map(({ name, path }) => ({ name, path: resolve(path) }));
    await this.share(params, folders);
    indexer.open(folders, options, paused);
    void unsaved.refresh().catch(() => undefined);
  }

  /** Reads another shared index, or none, from now on. Waits a while for it, so that nothing is indexed here in vain. */
  private async share(
    { shared: location }: OpenWorkspaceParams,
    folders: readonly WorkspaceRoot[],
  ): Promise<void> {
    const key = JSON.stringify([location, folders]);
    if (key === this.sharedKey) return;
    this.sharedKey = key;
    this.shared?.close();
    this.shared = undefined;
    if (!location) return;
    const shared = new SharedIndex(location, folders, () => {
      if (this.shared !== shared) return;
      this.parts?.indexer.reconcile();
      this.tellSoon();
    });
    this.shared = shared;
    await Promise.race([shared.open(), sleep(sharedPatience, undefined, { ref: false })]);
  }

  /** @throws HeldElsewhereError when another process writes the shared index | DiskUnavailableError when it cannot be reached */
  async publish({ location, path, root }: PublishParams, signal: AbortSignal): Promise<Published> {
    const { database } = await this.open();
    try {
      const store = await SharedStore.open(location, 'write');
      const lease = await WriterLease.acquire(store.connection);
      try {
        return await publishIndex(
          database,
          store,
          { path: resolve(path), root },
          () => lease.check(),
          signal,
        );
      } finally {
        await lease.release();
      }
    } catch (error) {
      if (error instanceof VirtualContextError) throw error;
      throw new DiskUnavailableError(
        `The shared index ${location.uri} could not be written: ${reasonOf(error)}.`,
        'Check the address, the network and the credentials in the environment.',
        { cause: error },
      );
    }
  }

  async rebuild(target: RebuildTarget): Promise<void> {
    const { database, indexer, embeddings } = await this.open();
    const all = target === 'everything';
    if (all || target === 'messages') await database.messages.rewrite();
    if (all || target === 'notes') await database.notes.rewrite();
    if (all || target === 'workspace') indexer.rebuild();
    // Vectors belong to texts: they are right however often pages are written.
    if (target === 'vectors') await embeddings.clear();
  }

  status(): IndexStatus {
    const { indexer, embeddings } = this.parts ?? {};
    return {
      ...this.phase,
      ...(indexer?.counts() ?? { files: 0, pages: 0, skipped: 0, failed: 0, fallback: 0 }),
      fallbackFiles: indexer?.fallbackFiles() ?? [],
      cappedAt: indexer?.cappedAt ?? 0,
      embeddings: embeddings?.status() ?? { state: 'off', model: '', host: '', done: 0, total: 0 },
      ...(this.shared ? { shared: this.shared.status } : {}),
      storeBytes: this.storeBytes,
      pid: process.pid,
    };
  }

  /** A client has left. */
  async forget(client: ClientId): Promise<void> {
    await this.parts?.unsaved.leave(client).catch(() => undefined);
  }

  /** Finishes what is being written. */
  async dispose(): Promise<void> {
    clearTimeout(this.statusTimer);
    this.shared?.close();
    this.stopWatchingSleep?.();
    const parts = await this.opening?.catch(() => undefined);
    if (!parts) return;
    parts.unsaved.dispose();
    await Promise.all([parts.indexer.dispose(), parts.history.dispose(), parts.embeddings.dispose()]);
    await parts.database.settled();
  }

  private async openParts(): Promise<Parts> {
    const database = await Database.open(this.store);
    const catalog = await Catalog.load(database);
    const embeddings = await Embeddings.load(database, catalog, () => this.tellSoon());
    const indexer = new Indexer(database, catalog, this.scripts, {
      sharedHash: (file) => this.shared?.get(file)?.hash,
      onPhase: (phase) => this.setPhase(phase),
      onPages: (files) => embeddings.expect(files),
    });
    const isIndexed = (root: string, rel: string) => indexer.catalog.isSearched({ root, rel });
    const history = new GitHistory(database, isIndexed);
    const files = {
      known: (file: FileKey) => indexer.catalog.get(file),
      reindex: (paths: readonly string[]) => indexer.filesChanged(paths),
    };
    const unsaved = new UnsavedFiles({
      ...files,
      reader: new PageReader(join(this.scripts, 'indexWorker.js'), join(this.scripts, 'grammars')),
      request: (path) => indexer.requestOf(path),
    });
    this.stopWatchingSleep = sleepWatch(() => indexer.reconcile());
    this.parts = {
      database,
      indexer,
      embeddings,
      history,
      unsaved,
      search: new WorkspaceSearch(
        new OverlaidPages(database, catalog, () => this.shared),
        indexer,
        history,
        new LivePages({ ...files, unsaved }),
        new VectorCandidates(database, catalog, embeddings),
      ),
      recall: new RecallIndex(database, this.store),
      notes: new NotesIndex(database),
    };
    this.storeBytes = await database.bytes();
    return this.parts;
  }

  private setPhase(phase: IndexPhase): void {
    this.nextPhase = phase;
    if (phase.phase === 'ready') this.prepareSearch();
    if (phase.phase === 'paused') this.parts?.embeddings.rest();
    if (phase.phase !== 'ready') this.enter(phase);
    else
      void this.measure().then(() => {
        if (this.nextPhase === phase) this.enter(phase);
      });
  }

  /** What searches go by besides the pages; none waits for it long. */
  private prepareSearch(): void {
    const { history, indexer, search, unsaved } = this.parts ?? {};
    // Ignore rules may be others now; a failure leaves them as they are.
    void unsaved?.refresh().catch(() => undefined);
    this.parts?.embeddings.resume();
    void history?.refresh(indexer?.workspaceRoots.map(({ path }) => path) ?? []);
    // A failure to count is told by the search that needs it.
    void search?.termStatistics().catch(() => undefined);
  }

  private enter(phase: IndexPhase): void {
    const same = this.phase.phase === phase.phase;
    this.phase = phase;
    if (same) this.tellSoon();
    else this.tell();
  }

  private tellSoon(): void {
    this.statusTimer ??= setTimeout(() => this.tell(), statusInterval);
  }

  private tell(): void {
    clearTimeout(this.statusTimer);
    this.statusTimer = undefined;
    this.onStatus(this.status());
  }

  /** The size is for the person to see; that it could not be read is no reason to fail. */
  private async measure(): Promise<void> {
    this.storeBytes = (await this.parts?.database.bytes().catch(() => undefined)) ?? this.storeBytes;
  }
}

/** Every failure reaches the client with a next step. */
export function asFailure(error: unknown): VirtualContextError {
  if (error instanceof VirtualContextError) return error;
  return new DiskUnavailableError(
    `The workspace index failed: ${reasonOf(error)}.`,
    'Free disk space if it is short, then run “Rebuild Index”.',
    { cause: error },
  );
}

import { availableParallelism } from 'node:os';
import { join, relative, sep } from 'node:path';
import { type Catalog, type FileCounts, type FileKey, type KnownFile, keyOf } from './Catalog';
import type { Database } from './Database';
import { IndexWriter } from './IndexWriter';
import { isIgnoreFile } from './ignoreRules';
import { reasonOf } from './loadLance';
import type { FoundFile, Looked } from './look';
import { MovedFiles } from './MovedFiles';
import { PagePipeline } from './PagePipeline';
import { PageReader } from './PageReader';
import type { Attention, IndexOptions, IndexPhase, WorkspaceRoot } from './protocol';
import type { PageRequest } from './readPages';
import { WorkerThread } from './WorkerThread';
import type { FoundFiles, WalkResult } from './walk';
import type { WalkAnswer, WalkQuestion } from './walkWorker';

/** Of a folder with more (somebody's home) this many are indexed. */
const defaultMaxFiles = 200_000;
/** More threads would need more memory than the disk can make use of. */
const maxThreads = 8;
/** One thread fewer works for so long after a key was pressed, ms. */
const typingLasts = 3000;
/** So long after the last change the threads give back their memory, ms. */
const threadsRest = 60_000;
/** A walk gives a sign of life with every thousand files; a slow network drive may take its time, ms. */
const walkTimeout = 300_000;
/** Pages after which the first run optimises for the first time, so that searches meanwhile stay fast and well scored. */
const firstOptimise = 2000;
/** Names of files whose grammar failed that the status tells. */
const listedFallbacks = 20;

interface Events {
  readonly onPhase: (phase: IndexPhase) => void;
  /** Pages of these files were written. */
  readonly onPages: (files: readonly KnownFile[]) => void;
  /** SHA-256 of a file as a shared index has it. */
  readonly sharedHash: (file: FileKey) => string | undefined;
}

/**
 * Keeps the tables in step with the files of the workspace. One run at a time; what is asked for meanwhile is done after it.
 * Everything it writes can be made again, and what a killed run leaves behind is found by the next one.
 */
export class Indexer {
  private roots: readonly WorkspaceRoot[] = [];
  private options = { maxFileBytes: 1024 * 1024, maxFiles: defaultMaxFiles };
  private scanWanted = false;
  private rebuildWanted = false;
  private readonly changed = new Set<string>();
  private running: Promise<void> | undefined;
  private pipeline: PagePipeline | undefined;
  private paused = false;
  private attention: Attention = { paths: [], typing: false, onBattery: false };
  private typedAt = Number.NEGATIVE_INFINITY;
  /** A run failed half way: the next one looks at everything. */
  private incomplete = false;
  private readonly abort = new AbortController();
  private readonly writer: IndexWriter;
  private readonly walker: WorkerThread<WalkQuestion, WalkAnswer, FoundFiles>;
  private readonly readers: readonly PageReader[];
  private restTimer: NodeJS.Timeout | undefined;
  private lastWalk: WalkResult = { tooLarge: 0, unreadable: 0, missing: [], capped: false };

  /** @param scripts folder of indexWorker.js, walkWorker.js and grammars/ */
  constructor(
    private readonly database: Database,
    readonly catalog: Catalog,
    scripts: string,
    private readonly events: Events,
  ) {
    this.writer = new IndexWriter(database, catalog, events.onPages);
    this.walker = new WorkerThread(join(scripts, 'walkWorker.js'));
    this.readers = Array.from(
      { length: Math.min(maxThreads, availableParallelism()) },
      () => new PageReader(join(scripts, 'indexWorker.js'), join(scripts, 'grammars')),
    );
  }

  /** Indexes these folders from now on, beginning with what changed since last time. */
  open(roots: readonly WorkspaceRoot[], options: IndexOptions, paused: boolean): void {
    this.roots = roots;
    this.options = { maxFiles: defaultMaxFiles, ...options };
    this.paused = paused;
    this.scanWanted = true;
    this.start();
  }

  /** @param paths absolute paths of files or folders that were saved, created, deleted or renamed */
  filesChanged(paths: readonly string[]): void {
    for (const path of paths) this.changed.add(path);
    if (this.incomplete) this.scanWanted = true;
    this.start();
  }

  /** Forgets the index of the workspace and makes it anew. */
  rebuild(): void {
    this.rebuildWanted = true;
    this.start();
  }

  /**
   * @param path absolute
   * @returns what reading the file would take; undefined when it does not belong to the index
   */
  async requestOf(path: string): Promise<PageRequest | undefined> {
    const file = this.locate(path);
    if (!file) return undefined;
    const { found } = await this.look([file]);
    return found.length === 0 ? undefined : { ...file, maxFileBytes: this.options.maxFileBytes };
  }

  /** Looks for what changed while nobody told, on disk or in the shared index: one look at each file. */
  reconcile(): void {
    if (this.roots.length === 0) return;
    this.scanWanted = true;
    this.start();
  }

  pause(): void {
    this.paused = true;
    this.steered();
  }

  resume(): void {
    this.paused = false;
    this.steered();
  }

  /** What the person is at: files near to it come first, and less is done while they type. */
  attend(attention: Attention): void {
    const held = this.held;
    this.attention = attention;
    if (attention.typing) {
      this.typedAt = performance.now();
      // What is being typed will be saved.
      this.walker.warm();
      this.readers[0]?.warm();
      this.restLater();
    }
    this.pipeline?.prefer(attention.paths);
    if (held !== this.held) this.steered();
  }

  private get held(): boolean {
    return this.paused || this.attention.onBattery;
  }

  private steered(): void {
    if (this.held) {
      this.pipeline?.wake();
      if (!this.running) this.events.onPhase(this.restingPhase());
    } else if (this.hasWork()) this.start();
    else if (!this.running) this.events.onPhase({ phase: 'ready' });
  }

  private restingPhase(): IndexPhase {
    return this.held ? { phase: 'paused', onBattery: !this.paused } : { phase: 'ready' };
  }

  get workspaceRoots(): readonly WorkspaceRoot[] {
    return this.roots;
  }

  counts(): FileCounts {
    const { files, pages, skipped, failed, fallback } = this.catalog.counts;
    const { tooLarge, unreadable } = this.lastWalk;
    return { files, pages, skipped: skipped + tooLarge, failed: failed + unreadable, fallback };
  }

  /** The first files whose grammar failed, relative to their folder. */
  fallbackFiles(): string[] {
    return this.catalog.fallbackFiles(listedFallbacks).map(({ rel }) => rel);
  }

  /** The number of files at which the walk was stopped; 0 when it saw all. */
  get cappedAt(): number {
    return this.lastWalk.capped ? this.options.maxFiles : 0;
  }

  /** Stops after the batch under way. */
  async dispose(): Promise<void> {
    this.abort.abort();
    this.pipeline?.wake();
    clearTimeout(this.restTimer);
    for (const reader of this.readers) reader.stop();
    this.walker.stop();
    await this.running;
  }

  private start(): void {
    if (this.running || this.abort.signal.aborted) return;
    if (this.held) {
      this.events.onPhase(this.restingPhase());
      return;
    }
    this.events.onPhase({ phase: 'indexing', done: 0, total: 0 });
    this.running = this.run()
      .then(
        () => this.events.onPhase(this.restingPhase()),
        (error: unknown) => this.failed(error),
      )
      .finally(() => {
        this.running = undefined;
        this.restLater();
        if (!this.held && this.hasWork()) this.start();
      });
  }

  private failed(error: unknown): void {
    if (this.abort.signal.aborted) return;
    this.incomplete = true;
    this.events.onPhase({
      phase: 'error',
      message: `Indexing stopped: ${reasonOf(error)}.`,
      nextStep: 'Free disk space if it is short, then run “Rebuild Index”.',
    });
  }

  private hasWork(): boolean {
    return this.scanWanted || this.rebuildWanted || this.changed.size > 0;
  }

  private async run(): Promise<void> {
    let scanned = false;
    while (this.hasWork() && !this.held) {
      if (this.rebuildWanted) {
        this.rebuildWanted = false;
        this.scanWanted = true;
        await this.catalog.forget(this.catalog.everything());
      }
      const paths = [...this.changed];
      this.changed.clear();
      if (this.scanWanted || !(await this.update(paths))) {
        this.scanWanted = false;
        // Interrupted: what is done is known to another scan.
        if (!(await this.scan())) this.scanWanted = true;
        scanned = true;
      }
    }
    if (this.held) return;
    const { pages, symbols, files } = this.database;
    await Promise.all(
      [pages, symbols, files].map((table) => (scanned ? table.optimise() : table.optimiseIfWorth())),
    );
    if (scanned) this.incomplete = false;
    await this.catalog.finish();
  }

  /** @returns the root (the innermost one) and the path within it; undefined outside the workspace */
  private locate(path: string): FileKey | undefined {
    let best: FileKey | undefined;
    for (const root of this.roots) {
      const rel = relative(root.path, path);
      if (rel === '' || rel.startsWith('..') || rel === path) continue;
      if (!best || root.path.length > best.root.length)
        best = { root: root.path, rel: rel.split(sep).join('/') };
    }
    return best;
  }

  /** @returns false when only a scan can tell what changed, or when it was interrupted */
  private async update(paths: readonly string[]): Promise<boolean> {
    const keys = paths.flatMap((path) => this.locate(path) ?? []);
    if (keys.some(({ rel }) => isIgnoreFile(rel))) return false;
    if (keys.length === 0) return true;
    const { found, gone, folders, missing } = await this.look(keys);
    if (folders) return false;
    const below = this.catalog.under(keys).filter((file) => !missing.includes(file.root));
    return this.runPipeline(async (pipeline) => this.feed(pipeline, found, [...gone, ...below]));
  }

  private async look(paths: readonly FileKey[]): Promise<Looked> {
    const { maxFileBytes } = this.options;
    const answer = await this.walker.ask({ kind: 'look', paths, maxFileBytes }, walkTimeout);
    if (answer.kind !== 'look') throw new Error('the walking thread answered another question');
    return answer;
  }

  /** @returns false when it was interrupted */
  private scan(): Promise<boolean> {
    return this.runPipeline(async (pipeline) => {
      await this.catalog.forget(this.noLongerShared());
      const present = new Set<string>();
      // A new file may be one that was renamed, which is known only when all were seen.
      const fresh: FoundFile[] = [];
      const isFirst = this.catalog.counts.files === 0;
      const result = await this.walk(({ root, rels, mtimes, sizes }) => {
        const differing: FoundFile[] = [];
        rels.forEach((rel, i) => {
          const file = { root, rel, mtime: mtimes[i] ?? 0, size: sizes[i] ?? 0 };
          present.add(keyOf(file));
          if (this.differs(file)) (isFirst || this.catalog.get(file) ? differing : fresh).push(file);
        });
        pipeline.add(differing);
      });
      const unseen = this.catalog
        .everything()
        .filter((file) => !present.has(keyOf(file)) && !result.missing.includes(file.root));
      // What a walk did not come to may still be there.
      await this.feed(pipeline, fresh, result.capped ? (await this.look(unseen)).gone : unseen);
    });
  }

  private async walk(onFound: (files: FoundFiles) => void): Promise<WalkResult> {
    const { maxFileBytes, maxFiles } = this.options;
    const roots = [...new Set(this.roots.map((root) => root.path))];
    const near = this.attention.paths;
    const question = { kind: 'walk', roots, maxFileBytes, maxFiles, near } as const;
    const answer = await this.walker.ask(question, walkTimeout, onFound);
    if (answer.kind !== 'walk') throw new Error('the walking thread answered another question');
    this.lastWalk = answer;
    return answer;
  }

  private noLongerShared(): FileKey[] {
    return [...this.catalog.files()].filter(
      (file) => file.state === 'shared' && this.events.sharedHash(file) !== file.hash,
    );
  }

  private differs(file: FoundFile): boolean {
    const known = this.catalog.get(file);
    return known?.mtime !== file.mtime || known.size !== file.size || known.state === 'failed';
  }

  /** Has files read, and forgets those that are gone, unless they are found again under another name. */
  private async feed(
    pipeline: PagePipeline,
    found: readonly FoundFile[],
    gone: readonly FileKey[],
  ): Promise<void> {
    const wanted = found.filter((file) => this.differs(file));
    const sizes = new Set(wanted.map((file) => file.size));
    const known = gone.map((file) => this.catalog.get(file) ?? file);
    const mayHaveMoved = (file: FileKey | KnownFile) => 'size' in file && sizes.has(file.size);
    await this.catalog.forget(known.filter((file) => !mayHaveMoved(file)));
    pipeline.expectMoves(new MovedFiles(known.filter(mayHaveMoved)));
    pipeline.add(wanted);
  }

  /** @returns false when it was interrupted */
  private async runPipeline(feed: (pipeline: PagePipeline) => Promise<void>): Promise<boolean> {
    let optimiseAt = Math.max(firstOptimise, this.catalog.counts.pages);
    const pipeline = new PagePipeline(this.readers, this.writer, this.catalog, {
      maxFileBytes: this.options.maxFileBytes,
      sharedHash: (file) => this.events.sharedHash(file),
      signal: this.abort.signal,
      threads: () => this.threads,
      onProgress: (done, total) => this.events.onPhase({ phase: 'indexing', done, total }),
      onWritten: async (pages) => {
        if (pages < optimiseAt) return;
        // Each optimisation writes the whole table anew; searches read what is not in the index yet.
        optimiseAt *= 8;
        await this.database.pages.optimise();
      },
    });
    this.pipeline = pipeline;
    try {
      const feeding = feed(pipeline).finally(() => pipeline.end());
      for (const work of await Promise.allSettled([feeding, pipeline.run()])) {
        if (work.status === 'rejected') throw work.reason;
      }
      if (!pipeline.finished) return false;
      await this.catalog.forget(pipeline.notMoved());
      return true;
    } finally {
      this.pipeline = undefined;
    }
  }

  private get threads(): number {
    if (this.held) return 0;
    const typing = performance.now() - this.typedAt < typingLasts;
    return Math.max(1, this.readers.length - (typing ? 1 : 0));
  }

  /** Threads give back their memory: the first one only after a while, the next save is to be quick. */
  private restLater(): void {
    clearTimeout(this.restTimer);
    if (!this.running) for (const reader of this.readers.slice(1)) reader.rest();
    this.restTimer = setTimeout(() => {
      if (this.running) return;
      this.readers[0]?.rest();
      this.walker.stop();
    }, threadsRest).unref();
  }
}

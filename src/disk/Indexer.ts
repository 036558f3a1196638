import { basename, join, relative, sep } from 'node:path';
import { Catalog, type FileKey, keyOf } from './Catalog';
import type { Database } from './Database';
import { type FoundChanges, IndexWriter } from './IndexWriter';
import { IgnoreRules, ignoreFileNames } from './ignoreRules';
import { reasonOf } from './loadLance';
import { PageReader } from './PageReader';
import type { IndexOptions, IndexPhase, WorkspaceRoot } from './protocol';
import { VectorSpace } from './VectorSpace';
import { type FoundFile, isFolder, look, walk } from './walk';

interface Counts {
  readonly files: number;
  readonly pages: number;
  readonly skipped: number;
  readonly failed: number;
}

/**
 * Keeps the tables in step with the files of the workspace. One run at a time; what is asked for meanwhile is done after it.
 * Everything it writes can be made again, and what a killed run leaves behind is found by the next one.
 */
export class Indexer {
  private roots: readonly WorkspaceRoot[] = [];
  private options: IndexOptions = { maxFileBytes: 1024 * 1024 };
  private scanWanted = false;
  private rebuildWanted = false;
  private readonly changed = new Set<string>();
  private running: Promise<void> | undefined;
  private paused = false;
  /** A run failed half way: the next one looks at everything. */
  private incomplete = false;
  private readonly abort = new AbortController();
  private readonly writer: IndexWriter;
  private tooLarge = 0;
  private unreadable = 0;

  private constructor(
    private readonly database: Database,
    readonly catalog: Catalog,
    readonly vectors: VectorSpace,
    private readonly reader: PageReader,
    private readonly onPhase: (phase: IndexPhase) => void,
  ) {
    this.writer = new IndexWriter(database, catalog, vectors, reader);
  }

  /** @param scripts folder of indexWorker.js and grammars/ */
  static async create(
    database: Database,
    scripts: string,
    onPhase: (phase: IndexPhase) => void,
  ): Promise<Indexer> {
    const worker = join(scripts, 'indexWorker.js');
    const vectors = new VectorSpace(database, worker);
    const [catalog] = await Promise.all([Catalog.load(database), vectors.load()]);
    return new Indexer(
      database,
      catalog,
      vectors,
      new PageReader(worker, join(scripts, 'grammars')),
      onPhase,
    );
  }

  /** Indexes these folders from now on, beginning with what changed since last time. */
  open(roots: readonly WorkspaceRoot[], options: IndexOptions, paused: boolean): void {
    this.roots = roots;
    this.options = options;
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

  rebuild(): void {
    this.rebuildWanted = true;
    this.start();
  }

  pause(): void {
    this.paused = true;
    if (!this.running) this.onPhase({ phase: 'paused' });
  }

  resume(): void {
    this.paused = false;
    if (this.hasWork()) this.start();
    else if (!this.running) this.onPhase({ phase: 'ready' });
  }

  get workspaceRoots(): readonly WorkspaceRoot[] {
    return this.roots;
  }

  counts(): Counts {
    let files = 0;
    let pages = 0;
    let skipped = this.tooLarge;
    let failed = this.unreadable;
    for (const file of this.catalog.files()) {
      if (file.state === 'indexed') files++;
      else if (file.state === 'skipped') skipped++;
      else failed++;
      pages += file.pages;
    }
    return { files, pages, skipped, failed };
  }

  /** Stops after the batch under way. */
  async dispose(): Promise<void> {
    this.abort.abort();
    this.reader.stop();
    await this.running;
  }

  private start(): void {
    if (this.running || this.abort.signal.aborted) return;
    if (this.paused) {
      this.onPhase({ phase: 'paused' });
      return;
    }
    this.onPhase({ phase: 'indexing', done: 0, total: 0 });
    this.running = this.run()
      .then(
        () => this.onPhase(this.paused ? { phase: 'paused' } : { phase: 'ready' }),
        (error: unknown) => this.failed(error),
      )
      .finally(() => {
        this.running = undefined;
        if (!this.paused && this.hasWork()) this.start();
      });
  }

  private failed(error: unknown): void {
    if (this.abort.signal.aborted) return;
    this.incomplete = true;
    this.onPhase({
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
    while (this.hasWork() && !this.paused) {
      if (this.rebuildWanted) {
        this.rebuildWanted = false;
        this.scanWanted = true;
        await this.catalog.forget(this.catalog.everything());
        await this.vectors.clear();
      }
      const paths = [...this.changed];
      this.changed.clear();
      if (this.scanWanted || (await this.needScan(paths))) {
        this.scanWanted = false;
        if (!(await this.scan())) this.scanWanted = true;
        scanned = true;
      } else {
        const complete = await this.update(await this.look(paths));
        // Paused half way: which of them are done is known to a scan.
        if (!complete) this.scanWanted = true;
      }
    }
    if (this.paused) return;
    if (scanned) await this.settle();
    else
      await Promise.all([
        this.database.pages.optimiseIfWorth(),
        this.database.files.optimiseIfWorth(),
        this.database.vectors.optimiseIfWorth(),
      ]);
  }

  /** After a scan: everything into the indices, vectors for the corpus as it is now. */
  private async settle(): Promise<void> {
    this.reader.rest();
    await Promise.all([
      this.database.pages.optimise(),
      this.database.files.optimise(),
      this.database.vectors.optimise(),
    ]);
    this.incomplete = false;
    try {
      await this.vectors.refitIfGrown(this.counts().pages, this.abort.signal);
    } catch (error) {
      // Terms alone find well enough; the next scan tries again.
      process.stderr.write(`${new Date().toISOString()} vectors not fitted: ${error}\n`);
    }
  }

  /** New folders and changed ignore files change what belongs to the index: only a walk can tell. */
  private async needScan(paths: readonly string[]): Promise<boolean> {
    for (const path of paths) {
      if ((ignoreFileNames as readonly string[]).includes(basename(path))) return true;
      const key = this.locate(path);
      if (!key || !(await isFolder(path))) continue;
      const rules = new IgnoreRules(key.root);
      if (!(await rules.excludesPath(`${key.rel}/x`))) return true;
    }
    return false;
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

  private async look(paths: readonly string[]): Promise<FoundChanges> {
    const rules = new Map(this.roots.map((root) => [root.path, new IgnoreRules(root.path)]));
    const found: FoundFile[] = [];
    const gone: FileKey[] = [];
    for (const path of paths) {
      const key = this.locate(path);
      if (!key) continue;
      const file = await look(key.root, key.rel);
      const wanted =
        file && file.size <= this.options.maxFileBytes && !(await rules.get(key.root)?.excludesPath(key.rel));
      if (wanted) found.push(file);
      else gone.push(key, ...(file ? [] : this.catalog.under(key)));
    }
    return { found, gone };
  }

  /** @returns false when it was interrupted by a pause */
  private async scan(): Promise<boolean> {
    const roots = new Set(this.roots.map((root) => root.path));
    const missing = new Set<string>();
    const found: FoundFile[] = [];
    this.tooLarge = 0;
    this.unreadable = 0;
    for (const root of roots) {
      const result = await walk(root, roots, this.options.maxFileBytes, this.abort.signal);
      for (const file of result.files) found.push(file);
      if (result.missing) missing.add(root);
      this.tooLarge += result.tooLarge;
      this.unreadable += result.unreadable;
    }
    const present = new Set(found.map(keyOf));
    const gone = this.catalog
      .everything()
      .filter((file) => !present.has(keyOf(file)) && !missing.has(file.root));
    return this.update({ found, gone });
  }

  /** @returns false when it was interrupted by a pause */
  private update(changes: FoundChanges): Promise<boolean> {
    return this.writer.apply(changes, {
      maxFileBytes: this.options.maxFileBytes,
      signal: this.abort.signal,
      isPaused: () => this.paused,
      onProgress: (done, total) => this.onPhase({ phase: 'indexing', done, total }),
    });
  }
}

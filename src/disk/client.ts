/** The disk process as its clients see it. Light: the extension loads this at activation. */
import {
  type CancellationToken,
  CancellationTokenSource,
  ErrorCodes,
  type MessageConnection,
  ResponseError,
} from 'vscode-jsonrpc/node';
import { BadQueryError, DiskUnavailableError, type VirtualContextError } from '../engine/errors';
import type { RebuildTarget, TableSize } from '../engine/indexStatus';
import type {
  ArchivalNote,
  ArchivalStorage,
  CodePage,
  RecallHit,
  RecallMessage,
  RecallQuery,
  RecallStorage,
  SearchPage,
} from '../engine/ports';
import { DiskLink } from './DiskLink';
import {
  type Attention,
  type CodeQuery,
  type EmbeddingChoice,
  type EmbeddingStatus,
  type FailureData,
  type IndexOptions,
  type IndexStatus,
  type NoteHit,
  type NoteQuery,
  type Published,
  requests,
  type WorkspaceRoot,
} from './protocol';
import { withEnvironment } from './sharedCredentials';
import type { SharedLocation } from './sharedLocation';
import { absolutePathOf } from './workspacePath';

export type {
  Attention,
  EmbeddingChoice,
  EmbeddingStatus,
  IndexOptions,
  IndexStatus,
  WorkspaceRoot,
} from './protocol';

export interface DiskClientOptions {
  /** Folder of the store; made when it does not exist. */
  readonly store: string;
  /** Path of disk.js, beside which the LanceDB library, indexWorker.js and grammars/ lie. */
  readonly diskScript: string;
}

/** A request is sent this often at most, when the process keeps dying over it. */
const attempts = 3;
/** Messages per request, so that a long import can be cancelled and does not become one giant message. */
const appendBatch = 500;

const nothing: IndexStatus = {
  phase: 'starting',
  files: 0,
  pages: 0,
  skipped: 0,
  failed: 0,
  fallback: 0,
  fallbackFiles: [],
  cappedAt: 0,
  embeddings: { state: 'off', model: '', host: '', done: 0, total: 0 },
  storeBytes: 0,
  pid: 0,
};

/**
 * Connects on the first request, starting the disk process when no other client has. When the process dies, the next
 * request (or the workspace being indexed) starts another, and what was asked meanwhile is asked again: all requests may be
 * repeated without harm. All methods may throw DiskUnavailableError.
 */
export class DiskClient implements RecallStorage, ArchivalStorage {
  private readonly link: DiskLink;
  private readonly listeners = new Set<(status: IndexStatus) => void>();
  private lastStatus = nothing;
  private attention: Attention | undefined;
  private workspace: Workspace | undefined;
  /** Unsaved texts by absolute path: a new process is told them again. */
  private readonly overlays = new Map<string, string>();
  private embeddings: EmbeddingChoice | undefined;
  private paused = false;
  private disposed = false;

  constructor({ store, diskScript }: DiskClientOptions) {
    this.link = new DiskLink({
      store,
      diskScript,
      onStatus: (status) => this.setStatus(status),
      onConnected: (connection) => this.reopen(connection),
      onLost: () => this.recover(),
    });
  }

  /**
   * Starts indexing what changed in these folders since last time. Resolves when the process has accepted it.
   * @param shared an index that others share; what its credentials lack is taken from this process's environment
   */
  async openWorkspace(
    roots: readonly WorkspaceRoot[],
    options: IndexOptions,
    shared?: SharedLocation,
  ): Promise<void> {
    const workspace = { roots, options, ...(shared ? { shared: withEnvironment(shared) } : {}) };
    this.workspace = workspace;
    await this.request((to, token) =>
      to.sendRequest(requests.openWorkspace, { ...workspace, paused: this.paused }, token),
    );
  }

  /** Brings a shared index in step with a folder that is indexed here; only one process may do so at a time. */
  publish(location: SharedLocation, path: string, root: string, signal: AbortSignal): Promise<Published> {
    const request = { location: withEnvironment(location), path, root };
    return this.request((to, token) => to.sendRequest(requests.publish, request, token), signal);
  }

  /** Tells that files or folders were saved, created, deleted or renamed (both names). */
  async filesChanged(absolutePaths: readonly string[]): Promise<void> {
    if (absolutePaths.length > 0)
      await this.request((to, token) =>
        to.sendRequest(requests.filesChanged, { paths: absolutePaths }, token),
      );
  }

  /**
   * Tells what an editor shows of a file and has not saved: it is searched instead of what the index has. Resolves when it is.
   * @param text null: it was saved, or given up
   */
  async overlay(absolutePath: string, text: string | null): Promise<void> {
    if (text === null) this.overlays.delete(absolutePath);
    else this.overlays.set(absolutePath, text);
    await this.request((to, token) => to.sendRequest(requests.overlay, { path: absolutePath, text }, token));
  }

  async refreshFiles(paths: readonly string[]): Promise<void> {
    const { roots = [] } = this.workspace ?? {};
    await this.filesChanged(paths.flatMap((path) => absolutePathOf(path, roots) ?? []));
  }

  /** Looks for files that changed unnoticed: while the machine slept, or when a watcher missed something. */
  async reconcile(): Promise<void> {
    await this.request((to, token) => to.sendRequest(requests.reconcile, token));
  }

  /** Tells what the person is at: files near to it are indexed first, and less is done while they type. */
  async attend(attention: Attention): Promise<void> {
    this.attention = attention;
    await this.request((to, token) => to.sendRequest(requests.attend, attention, token));
  }

  /** Says who makes vectors from now on. The key stays in the memory of this process and the disk process. */
  async chooseEmbeddings(choice: EmbeddingChoice): Promise<void> {
    this.embeddings = choice;
    const embeddings = await this.request((to, token) =>
      to.sendRequest(requests.chooseEmbeddings, choice, token),
    );
    this.setStatus({ ...this.lastStatus, embeddings });
  }

  /** @throws DiskUnavailableError | BadQueryError */
  searchWorkspace(query: CodeQuery, signal: AbortSignal): Promise<CodePage> {
    return this.request((to, token) => to.sendRequest(requests.searchWorkspace, query, token), signal);
  }

  /** Adds messages; those with a known id are replaced, so everything may be fed again. */
  async append(messages: readonly RecallMessage[]): Promise<void> {
    for (let i = 0; i < messages.length; i += appendBatch) {
      await this.request((to, token) =>
        to.sendRequest(requests.appendMessages, { messages: messages.slice(i, i + appendBatch) }, token),
      );
    }
  }

  search(query: RecallQuery, signal: AbortSignal): Promise<SearchPage<RecallHit>> {
    return this.request((to, token) => to.sendRequest(requests.searchMessages, query, token), signal);
  }

  /** @returns `seq` of each message stored of a session, ascending: feed those that the log has besides */
  recallSeqs(session: string): Promise<readonly number[]> {
    return this.request((to, token) => to.sendRequest(requests.messageSeqs, { session }, token));
  }

  /** Takes the messages and archival notes of sessions out of the tables. */
  async forgetSessions(sessions: readonly string[]): Promise<void> {
    if (sessions.length > 0)
      await this.request((to, token) => to.sendRequest(requests.forgetSessions, { sessions }, token));
  }

  /** Adds notes; those with a known id are replaced. */
  async insertNotes(notes: readonly ArchivalNote[]): Promise<void> {
    if (notes.length > 0)
      await this.request((to, token) => to.sendRequest(requests.insertNotes, { notes }, token));
  }

  searchNotes(query: NoteQuery, signal: AbortSignal): Promise<SearchPage<NoteHit>> {
    return this.request((to, token) => to.sendRequest(requests.searchNotes, query, token), signal);
  }

  /** @returns ids of the notes stored of a session: feed those that the log has besides */
  archivalNoteIds(session: string): Promise<readonly string[]> {
    return this.request((to, token) => to.sendRequest(requests.noteIds, { session }, token));
  }

  /** Makes tables anew: the workspace's from its files, messages and notes from their rows. */
  async rebuild(target: RebuildTarget): Promise<void> {
    await this.request((to, token) => to.sendRequest(requests.rebuild, { target }, token));
  }

  tableSizes(): Promise<readonly TableSize[]> {
    return this.request((to, token) => to.sendRequest(requests.tableSizes, token));
  }

  /** Stops indexing after the files under way; searches go on with what there is. */
  async pause(): Promise<void> {
    this.paused = true;
    await this.request((to, token) => to.sendRequest(requests.pause, token));
  }

  async resume(): Promise<void> {
    this.paused = false;
    await this.request((to, token) => to.sendRequest(requests.resume, token));
  }

  /** How it stands, starting the process if need be. Never throws: trouble is a phase. */
  async status(): Promise<IndexStatus> {
    try {
      await this.link.connection();
    } catch (error) {
      this.fail(error);
    }
    return this.lastStatus;
  }

  /** @returns a function that stops listening */
  onStatus(listener: (status: IndexStatus) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Resolves when the workspace is wholly indexed. Call it after `openWorkspace`.
   * @throws DiskUnavailableError when indexing fails
   */
  async whenReady(signal: AbortSignal): Promise<IndexStatus> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        stop();
        signal.removeEventListener('abort', cancel);
        act();
      };
      const cancel = () => finish(() => reject(signal.reason));
      const look = (status: IndexStatus) => {
        if (status.phase === 'ready') finish(() => resolve(status));
        if (status.phase === 'error')
          finish(() => reject(new DiskUnavailableError(status.message, status.nextStep)));
      };
      const stop = this.onStatus(look);
      signal.addEventListener('abort', cancel, { once: true });
      look(this.lastStatus);
    });
  }

  /** Resolves when all pages have vectors, or when that cannot go on without the person. Call it after `whenReady`. */
  async whenEmbedded(signal: AbortSignal): Promise<EmbeddingStatus> {
    await this.status();
    return new Promise((resolve, reject) => {
      const cancel = () => {
        stop();
        reject(signal.reason);
      };
      const look = ({ phase, embeddings }: IndexStatus) => {
        if (phase !== 'ready' || embeddings.state === 'embedding') return;
        stop();
        signal.removeEventListener('abort', cancel);
        resolve(embeddings);
      };
      const stop = this.onStatus(look);
      signal.addEventListener('abort', cancel, { once: true });
      if (signal.aborted) cancel();
      else look(this.lastStatus);
    });
  }

  /** Leaves; the process ends by itself when nobody else uses it. */
  dispose(): void {
    this.disposed = true;
    this.listeners.clear();
    this.link.dispose();
  }

  private setStatus(status: IndexStatus): void {
    this.lastStatus = status;
    for (const listener of [...this.listeners]) {
      try {
        listener(status);
      } catch {
        // One surface that fails must not keep the others from hearing.
      }
    }
  }

  private fail(error: unknown): void {
    const nextStep = error instanceof DiskUnavailableError ? error.nextStep : 'Reload the window.';
    const message = error instanceof Error ? error.message : String(error);
    this.setStatus({ ...this.lastStatus, phase: 'error', message, nextStep, pid: 0 });
  }

  /** A new process knows nothing of the workspace. */
  private async reopen(connection: MessageConnection): Promise<void> {
    if (!this.workspace) return;
    try {
      if (this.embeddings) await connection.sendRequest(requests.chooseEmbeddings, this.embeddings);
      if (this.attention) await connection.sendRequest(requests.attend, { ...this.attention, typing: false });
      await connection.sendRequest(requests.openWorkspace, { ...this.workspace, paused: this.paused });
      // Not waited for: cutting them takes longer than a search should wait for its connection.
      for (const [path, text] of this.overlays)
        connection.sendRequest(requests.overlay, { path, text }).catch(() => undefined);
    } catch (error) {
      // Refused for a reason of its own (LanceDB missing): the status says so, and so will every request.
      if (!(error instanceof ResponseError) || isLoss(error)) throw error;
    }
  }

  private recover(): void {
    this.setStatus({ ...this.lastStatus, phase: 'starting', pid: 0 });
    if (this.workspace && !this.disposed) void this.status();
  }

  private async request<Result>(ask: Ask<Result>, signal?: AbortSignal): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      try {
        return await abortable(
          this.link.connection().then((connection) => cancellable(connection, ask, signal)),
          signal,
        );
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        if (error instanceof DiskUnavailableError) {
          if (!this.disposed) this.fail(error);
          throw error;
        }
        if (error instanceof ResponseError && !isLoss(error)) throw asFailure(error);
        if (attempt === attempts) {
          throw new DiskUnavailableError(
            'The disk process stopped while it worked on this request.',
            'Try again; “Rebuild Index” helps when it keeps happening.',
            { cause: error },
          );
        }
      }
    }
  }
}

interface Workspace {
  readonly roots: readonly WorkspaceRoot[];
  readonly options: IndexOptions;
  readonly shared?: SharedLocation;
}

type Ask<Result> = (to: MessageConnection, token: CancellationToken) => Promise<Result>;

async function cancellable<Result>(
  connection: MessageConnection,
  ask: Ask<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const source = new CancellationTokenSource();
  const cancel = () => source.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    return await ask(connection, source.token);
  } finally {
    signal?.removeEventListener('abort', cancel);
    source.dispose();
  }
}

/** Rejects as soon as the signal says so, whatever the process does meanwhile. */
function abortable<Result>(promise: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const cancel = () => reject(signal.reason);
    signal.addEventListener('abort', cancel, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
  });
}

function isLoss(error: ResponseError<unknown>): boolean {
  return error.code === ErrorCodes.PendingResponseRejected || error.code === ErrorCodes.MessageWriteError;
}

function asFailure(error: ResponseError<Partial<FailureData> | undefined>): VirtualContextError {
  const nextStep = error.data?.nextStep ?? 'Reload the window.';
  return error.data?.badQuery
    ? new BadQueryError(error.message, nextStep)
    : new DiskUnavailableError(error.message, nextStep);
}

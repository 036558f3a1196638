/**
 * A store with its own disk process, and sessions of the real engine in it, composed as the CLI does it. The model is a
 * policy behind an HTTP server on loopback: it is given the body of a request and nothing else.
 */
import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DiskClient } from '../../../src/disk/client';
import { DEFAULT_SETTINGS } from '../../../src/engine/AgentParts';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import type { Note, SessionEvent } from '../../../src/engine/events';
import type { MemoryPolicy } from '../../../src/engine/memoryPolicies';
import type { LanguageModel, RecallStorage } from '../../../src/engine/ports';
import { feedRecall } from '../../../src/engine/recallFeed';
import { FileBlobStore } from '../../../src/journal/fileBlobStore';
import { FileSessionHistory } from '../../../src/journal/fileSessionHistory';
import { FileSessionLog } from '../../../src/journal/fileSessionLog';
import { sha256 } from '../../../src/journal/sha256';
import { blobsFolder, sessionsFolder } from '../../../src/journal/storeFolders';
import { OpenAIModel } from '../../../src/models/openaiModel';
import { createFunctions } from '../../../src/tools/index';
import { lineChanges } from '../../../src/tools/lineChanges';
import { unifiedDiff } from '../../../src/tools/unifiedDiff';
import { NodeWorkspaceFiles } from '../../../src/tools/workspaceFiles';
import { endProcess } from '../../support/endProcess';
import { inProcessTokenCounter } from '../../support/inProcessTokenCounter';
import { asksForSummary, type ChatRequest, type Policy } from '../../support/modelServer/chatProtocol';
import { summariser } from '../../support/modelServer/policies';
import { startModelServer } from '../../support/modelServer/startModelServer';

const SETTINGS = { ...DEFAULT_SETTINGS, maxOutputTokens: 1024 };

export interface SessionOptions {
  readonly name: string;
  /** Tokens, prompt and output together. */
  readonly window: number;
  readonly caller: Policy;
  readonly policy: MemoryPolicy;
  /** Whether the engine looks itself and points at what it finds; default true, where the policy does so. */
  readonly hints?: boolean;
  /** Working context to begin with, as a new chat takes over that of the one before. */
  readonly notes?: readonly Note[];
  /** Whether recall storage is fed with the session; default true. What is asked must not answer what is asked later. */
  readonly remembered?: boolean;
}

export interface BenchSession {
  readonly agent: AgentProcess;
  /** Every durable event so far. */
  readonly events: readonly SessionEvent[];
  /** Every request for a step so far, as the server received it. */
  requests(): readonly ChatRequest[];
  /** What the model said last. */
  answer(): string;
}

export class EngineWorld {
  private readonly history: FileSessionHistory;

  private constructor(
    readonly root: { readonly name: string; readonly path: string },
    private readonly store: string,
    private readonly ripgrepPath: string,
    readonly disk: DiskClient,
    private readonly blobs: FileBlobStore,
  ) {
    this.history = new FileSessionHistory(sessionsFolder(store));
  }

  /** @param dist the build */
  static async open(dist: string): Promise<EngineWorld> {
    const base = realpathSync(mkdtempSync(join(tmpdir(), 'vctx-bench-engine-')));
    const path = join(base, 'workspace');
    const store = join(base, 'store');
    mkdirSync(path);
    const disk = new DiskClient({ store, diskScript: join(dist, 'disk.js') });
    const ripgrep = join(dist, 'bin', process.platform === 'win32' ? 'rg.exe' : 'rg');
    const blobs = await FileBlobStore.open(blobsFolder(store));
    return new EngineWorld({ name: basename(path), path }, store, ripgrep, disk, blobs);
  }

  /** Runs `act` with a new session, and closes it afterwards whatever happened. */
  async session<Result>(
    options: SessionOptions,
    act: (session: BenchSession) => Promise<Result>,
  ): Promise<Result> {
    const policy = summariser(options.caller);
    const server = await startModelServer({ window: options.window, policy });
    try {
      const model = new OpenAIModel({ provider: 'custom', baseUrl: server.url, model: 'test-model' });
      const agent = await this.open(model, options);
      const events: SessionEvent[] = [];
      agent.onEvent((event) => events.push(event));
      try {
        return await act({
          agent,
          events,
          answer: () => events.findLast((event) => event.type === 'message.assistant')?.text ?? '',
          requests: () =>
            server.requests
              .filter(({ body, status }) => status === 200 && !asksForSummary(body))
              .map(({ body }) => body),
        });
      } finally {
        await agent.dispose();
      }
    } finally {
      await server.close();
    }
  }

  /** Indexes the workspace. */
  async index(): Promise<void> {
    await this.disk.openWorkspace([this.root], { maxFileBytes: 1024 * 1024 });
    await this.disk.whenReady(AbortSignal.timeout(600_000));
  }

  /** Hands recall storage what it does not have yet: a session's end does not wait for it. */
  feedRecall(): Promise<void> {
    return feedRecall(this.disk, this.history, this.blobs);
  }

  /** Ends the disk process and removes everything. */
  async dispose(): Promise<void> {
    const { pid } = await this.disk.status();
    this.disk.dispose();
    if (pid > 0) await endProcess(pid);
    await rm(join(this.store, '..'), { recursive: true, force: true, maxRetries: 10 });
  }

  private async open(
    model: LanguageModel,
    { name, policy, hints = true, notes = [], remembered = true }: SessionOptions,
  ): Promise<AgentProcess> {
    const roots = () => [this.root];
    return AgentProcess.open(
      {
        log: await FileSessionLog.open(sessionsFolder(this.store), name),
        openLog: (id) => FileSessionLog.open(sessionsFolder(this.store), id),
        forkLog: (id, origin) => FileSessionLog.fork(sessionsFolder(this.store), id, origin, Date.now()),
        history: this.history,
        blobs: this.blobs,
        hash: sha256,
        diff: unifiedDiff,
        lineDiff: lineChanges,
        clock: Date,
        counter: inProcessTokenCounter,
        files: new NodeWorkspaceFiles({ roots }),
        rules: { rules: async () => [] },
        recall: remembered ? this.disk : unfed(this.disk),
        archival: this.disk,
        approver: { approve: async () => ({ allowed: false }) },
        functions: createFunctions({ ripgrepPath: this.ripgrepPath, roots }),
        folders: [this.root.name],
        settings: () => ({ ...SETTINGS, policy, hints }),
      },
      async () => model,
      notes,
    );
  }
}

function unfed(recall: RecallStorage): RecallStorage {
  return { append: async () => {}, search: (query, signal) => recall.search(query, signal) };
}

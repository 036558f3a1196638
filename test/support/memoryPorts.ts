/** The engine's ports in memory, for unit tests of the engine: no files, no network, no other process. */
import { createHash } from 'node:crypto';
import { createTwoFilesPatch } from 'diff';
import type { AgentParts, AgentSettings } from '../../src/engine/AgentParts';
import type { EngineFunction } from '../../src/engine/EngineFunction';
import {
  EditConflictError,
  JournalError,
  MissingBlobError,
  UnreadableFileError,
} from '../../src/engine/errors';
import type { NewSessionEvent, SessionEvent } from '../../src/engine/events';
import { virtualPolicy } from '../../src/engine/memoryPolicies';
import type {
  BlobStore,
  FileForm,
  FileSnapshot,
  ForkLog,
  RecallMessage,
  RulesFile,
  SessionHistory,
  SessionLog,
  TokenCounter,
  WorkspaceFiles,
} from '../../src/engine/ports';
import { isProtectedPath } from '../../src/engine/protectedFiles';
import { isSecretPath } from '../../src/engine/secretFiles';
import { lineChanges } from '../../src/tools/lineChanges';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

class MemoryLog implements SessionLog {
  /** Its own. */
  readonly events: SessionEvent[] = [];
  /** When set, appends fail as on a full disk. */
  full = false;

  /** @param inherited of a fork */
  constructor(
    readonly sessionId: string,
    private readonly inherited: readonly SessionEvent[],
    private readonly store: MemorySessions,
  ) {}

  async append(events: readonly NewSessionEvent[]): Promise<readonly SessionEvent[]> {
    if (this.full) throw new JournalError('The disk is full.', 'Free some space.');
    const next = this.inherited.length + this.events.length + 1;
    // A round trip through JSON, as on disk: what does not survive it must not be relied on.
    const written = events.map(
      (event, index) => JSON.parse(JSON.stringify({ ...event, seq: next + index })) as SessionEvent,
    );
    this.events.push(...written);
    this.store.written.push(...written.map((event) => ({ session: this.sessionId, event })));
    return written;
  }

  async *read(): AsyncIterable<SessionEvent> {
    yield* this.inherited;
    yield* this.events;
  }

  async close(): Promise<void> {}
}

/** All sessions of a store. */
class MemorySessions implements SessionHistory {
  readonly logs = new Map<string, MemoryLog>();
  /** In the order in which they became durable. */
  readonly written: { readonly session: string; readonly event: SessionEvent }[] = [];

  open(session: string): MemoryLog {
    const log = this.logs.get(session) ?? new MemoryLog(session, [], this);
    this.logs.set(session, log);
    return log;
  }

  readonly fork: ForkLog = async (session, origin) => {
    if (this.logs.get(session)?.events.length)
      throw new JournalError(`There is a ${session}.`, 'Choose another.');
    const inherited: SessionEvent[] = [];
    for await (const event of this.lineage(origin.from))
      if (event.seq <= origin.through) inherited.push({ inherited: origin.from, ...event });
    const log = new MemoryLog(session, inherited, this);
    const { from, through, kind, task } = origin;
    const told = task === undefined ? {} : { task };
    await log.append([{ type: 'session.forked', from, through, kind, ...told, at: 0 }]);
    this.logs.set(session, log);
    return log;
  };

  /** As after a crash when only the first `count` events of all sessions together were durable. */
  async cutAfter(count: number): Promise<MemorySessions> {
    const cut = new MemorySessions();
    for (const { session, event } of this.written.slice(0, count)) {
      if (event.type === 'session.forked') await cut.fork(session, event);
      else await cut.open(session).append([event]);
    }
    return cut;
  }

  async sessions(): Promise<readonly string[]> {
    return [...this.logs.keys()];
  }

  async *events(session: string): AsyncIterable<SessionEvent> {
    yield* this.logs.get(session)?.events ?? [];
  }

  async *lineage(session: string): AsyncIterable<SessionEvent> {
    const log = this.logs.get(session);
    if (log) yield* log.read();
  }
}

export class MemoryBlobs implements BlobStore {
  readonly texts = new Map<string, string>();

  async put(text: string): Promise<string> {
    const hash = sha256(text);
    this.texts.set(hash, text);
    return hash;
  }

  async get(hash: string): Promise<string> {
    const text = this.texts.get(hash);
    if (text === undefined)
      throw new MissingBlobError(`Blob ${hash} is missing.`, 'Nothing to do in a test.');
    return text;
  }
}

/** One folder named `proj`; a file's version is a counter. */
class MemoryFiles implements WorkspaceFiles {
  private readonly files = new Map<string, { text: string; version: number }>();

  set(path: string, text: string): void {
    this.files.set(path, { text, version: (this.files.get(path)?.version ?? 0) + 1 });
  }

  delete(path: string): void {
    this.files.delete(path);
  }

  async read(path: string): Promise<FileSnapshot> {
    const file = this.files.get(path);
    if (!file) throw new UnreadableFileError(`${path} does not exist.`, 'List the folder.');
    return { path, addressPath: `proj/${path}`, text: file.text, version: String(file.version) };
  }

  /** Whether an editor holds what is written and cannot save it. */
  unsaved = false;

  async write(path: string, before: string | undefined, after: string): Promise<'saved' | 'unsaved'> {
    if (this.files.get(path)?.text !== before)
      throw new EditConflictError(`${path} has changed in the meantime.`, 'Read it again.');
    this.set(path, after);
    return this.unsaved ? 'unsaved' : 'saved';
  }

  async remove(path: string, before: string): Promise<FileForm> {
    if (this.files.get(path)?.text !== before)
      throw new EditConflictError(`${path} has changed in the meantime.`, 'Read it again.');
    this.files.delete(path);
    return {};
  }

  async removeEmptyFolders(): Promise<void> {}

  async readBinary(path: string): Promise<string> {
    return Buffer.from((await this.read(path)).text).toString('base64');
  }

  async move(from: string, to: string): Promise<FileForm> {
    const { text } = await this.read(from);
    if (this.files.has(to)) throw new EditConflictError(`${to} is there already.`, 'Choose another name.');
    this.files.delete(from);
    this.set(to, text);
    return {};
  }

  async version(path: string): Promise<string | undefined> {
    const file = this.files.get(path);
    return file && String(file.version);
  }

  async list(): Promise<[]> {
    return [];
  }

  canonical(path: string): string {
    return path;
  }

  async isSecret(path: string): Promise<boolean> {
    return isSecretPath(path);
  }

  async isProtected(path: string): Promise<boolean> {
    return isProtectedPath(path);
  }

  fromAddress(addressPath: string): string {
    return addressPath.replace(/^proj\//, '');
  }
}

/** Four characters a token: cheap and deterministic. */
export const roughCounter: TokenCounter = {
  count: async (texts) => texts.map((text) => Math.ceil(text.length / 4)),
};

export interface MemoryWorld {
  readonly sessions: MemorySessions;
  readonly log: MemoryLog;
  readonly blobs: MemoryBlobs;
  readonly files: MemoryFiles;
  /** The files of standing rules. */
  readonly rules: RulesFile[];
  readonly recalled: RecallMessage[];
  readonly parts: AgentParts;
}

export interface WorldOptions {
  readonly functions?: readonly EngineFunction[];
  readonly settings?: Partial<AgentSettings>;
  /** Carries on with the log and blobs of an earlier world, as after a restart. */
  readonly after?: Pick<MemoryWorld, 'sessions' | 'blobs' | 'files'>;
}

export function memoryWorld(options: WorldOptions = {}): MemoryWorld {
  const sessions = options.after?.sessions ?? new MemorySessions();
  const log = sessions.open('s1');
  const blobs = options.after?.blobs ?? new MemoryBlobs();
  const files = options.after?.files ?? new MemoryFiles();
  const recalled: RecallMessage[] = [];
  const rules: RulesFile[] = [];
  let now = Date.UTC(2026, 0, 1);
  const parts: AgentParts = {
    log,
    forkLog: sessions.fork,
    openLog: async (session) => sessions.open(session),
    blobs,
    history: sessions,
    hash: sha256,
    diff: (before, after) =>
      before === after ? '' : createTwoFilesPatch('a', 'b', before, after).split('\n').slice(4).join('\n'),
    lineDiff: lineChanges,
    clock: { now: () => now++ },
    counter: roughCounter,
    files,
    rules: { rules: async () => rules },
    recall: {
      append: async (messages) => void recalled.push(...messages),
      search: async ({ page }) => ({ hits: [], page, pages: 0, total: 0 }),
    },
    archival: {
      searchWorkspace: async ({ page }) => ({ hits: [], page, pages: 0, total: 0, exact: true }),
      refreshFiles: async () => undefined,
      insertNotes: async () => undefined,
      searchNotes: async ({ page }) => ({ hits: [], page, pages: 0, total: 0 }),
    },
    approver: { approve: async () => ({ allowed: false }) },
    functions: options.functions ?? [],
    folders: ['proj'],
    settings: () => ({
      maxCallsPerTurn: 50,
      notesTokenLimit: 500,
      maxOutputTokens: 1000,
      policy: virtualPolicy,
      residentLimit: Number.POSITIVE_INFINITY,
      hints: true,
      prices: {},
      prefetch: true,
      mode: 'edit',
      ...options.settings,
    }),
  };
  return { sessions, log, blobs, files, rules, recalled, parts };
}

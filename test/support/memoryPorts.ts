/** The engine's ports in memory, for unit tests of the engine: no files, no network, no other process. */
import { createHash } from 'node:crypto';
import { createTwoFilesPatch } from 'diff';
import type { AgentParts, AgentSettings } from '../../src/engine/AgentParts';
import type { EngineFunction } from '../../src/engine/EngineFunction';
import { JournalError, UnreadableFileError } from '../../src/engine/errors';
import type { NewSessionEvent, SessionEvent } from '../../src/engine/events';
import type {
  BlobStore,
  FileSnapshot,
  RecallMessage,
  SessionHistory,
  SessionLog,
  TokenCounter,
  WorkspaceFiles,
} from '../../src/engine/ports';
import { isSecretPath } from '../../src/engine/secretFiles';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

class MemoryLog implements SessionLog {
  readonly events: SessionEvent[] = [];
  /** When set, appends fail as on a full disk. */
  full = false;

  constructor(readonly sessionId = 's1') {}

  async append(events: readonly NewSessionEvent[]): Promise<readonly SessionEvent[]> {
    if (this.full) throw new JournalError('The disk is full.', 'Free some space.');
    // A round trip through JSON, as on disk: what does not survive it must not be relied on.
    const written = events.map(
      (event, index) =>
        JSON.parse(JSON.stringify({ ...event, seq: this.events.length + index + 1 })) as SessionEvent,
    );
    this.events.push(...written);
    return written;
  }

  async *read(): AsyncIterable<SessionEvent> {
    yield* this.events;
  }

  async close(): Promise<void> {}
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
    if (text === undefined) throw new JournalError(`Blob ${hash} is missing.`, 'Nothing to do in a test.');
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

  fromAddress(addressPath: string): string {
    return addressPath.replace(/^proj\//, '');
  }
}

/** Four characters a token: cheap and deterministic. */
export const roughCounter: TokenCounter = {
  count: async (texts) => texts.map((text) => Math.ceil(text.length / 4)),
};

export interface MemoryWorld {
  readonly log: MemoryLog;
  readonly blobs: MemoryBlobs;
  readonly files: MemoryFiles;
  readonly recalled: RecallMessage[];
  readonly parts: AgentParts;
}

export interface WorldOptions {
  readonly functions?: readonly EngineFunction[];
  readonly settings?: Partial<AgentSettings>;
  /** Carries on with the log and blobs of an earlier world, as after a restart. */
  readonly after?: MemoryWorld;
}

export function memoryWorld(options: WorldOptions = {}): MemoryWorld {
  const log = options.after?.log ?? new MemoryLog();
  const blobs = options.after?.blobs ?? new MemoryBlobs();
  const files = options.after?.files ?? new MemoryFiles();
  const recalled: RecallMessage[] = [];
  const history: SessionHistory = {
    sessions: async () => [log.sessionId],
    events: (session) => (session === log.sessionId ? log.read() : new MemoryLog().read()),
  };
  let now = Date.UTC(2026, 0, 1);
  const parts: AgentParts = {
    log,
    blobs,
    history,
    hash: sha256,
    diff: (before, after) =>
      before === after ? '' : createTwoFilesPatch('a', 'b', before, after).split('\n').slice(4).join('\n'),
    clock: { now: () => now++ },
    counter: roughCounter,
    files,
    recall: {
      append: async (messages) => void recalled.push(...messages),
      search: async ({ page }) => ({ hits: [], page, pages: 0, total: 0 }),
    },
    archival: {
      searchWorkspace: async ({ page }) => ({ hits: [], page, pages: 0, total: 0 }),
      insertNotes: async () => undefined,
      searchNotes: async ({ page }) => ({ hits: [], page, pages: 0, total: 0 }),
    },
    approver: { approve: async () => false },
    functions: options.functions ?? [],
    folders: ['proj'],
    settings: () => ({
      maxCallsPerTurn: 50,
      notesTokenLimit: 500,
      maxOutputTokens: 1000,
      ...options.settings,
    }),
  };
  return { log, blobs, files, recalled, parts };
}

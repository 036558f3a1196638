/**
 * The engine's ports: everything it asks of the world. Implementations live in models/, journal/, disk/, tools/ and host/.
 * All token figures are counts by `TokenCounter` unless a name says otherwise; all times are milliseconds since the epoch.
 */
import type { Attachment } from './attachments';
import type { ChatMessage, FunctionSchema, TokenUsage, ToolCall } from './chat';
import type { EventOf, NewSessionEvent, PostedKind, SessionEvent } from './events';

// ---- language model -------------------------------------------------------------------------------------------------

export interface ModelProfile {
  /** The whole context window, prompt and output, in the provider's tokens. */
  readonly windowTokens: number;
  /** Where that number comes from; `assumed` is shown to the person as a hint to set it. */
  readonly windowSource: 'endpoint' | 'setting' | 'assumed';
}

export interface ModelRequest {
  readonly messages: readonly ChatMessage[];
  /** Empty for requests that must not call anything (summaries). */
  readonly functions: readonly FunctionSchema[];
  readonly maxOutputTokens: number;
}

export type ModelEvent =
  | { readonly type: 'text'; readonly text: string }
  /** What the model thinks before it answers. */
  | { readonly type: 'reasoning'; readonly text: string }
  /** What the person should know about the model: a setting that it does not take. */
  | { readonly type: 'notice'; readonly text: string }
  /** A complete call; fragments are joined by the implementation. */
  | { readonly type: 'toolCall'; readonly call: ToolCall }
  | {
      readonly type: 'finish';
      readonly reason: 'stop' | 'toolCalls' | 'length' | 'contentFilter';
      readonly usage?: TokenUsage;
    };

export interface LanguageModel {
  /** Shown to the person and written to the log, e.g. `openai:gpt-4.1` or `offline`. */
  readonly id: string;
  /** False for the offline model: it follows a policy and cannot write a summary. */
  readonly generative: boolean;
  /** Whether it can call functions; undefined until its endpoint has told or refused. */
  readonly callsFunctions?: boolean | undefined;
  /** Whether its endpoint wants back what was thought before calls. */
  readonly wantsReasoning?: boolean;
  /** @throws ModelError when the endpoint refuses; falls back to `assumed` when it merely does not tell. */
  profile(signal: AbortSignal): Promise<ModelProfile>;
  /** Streams one completion. Retries of 429/5xx happen inside, before the first event. @throws ModelError */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
}

export interface TokenCounter {
  /** Tokens of each text. Long texts are counted off the calling thread. Never throws. */
  count(texts: readonly string[]): Promise<number[]>;
}

// ---- journal ----------------------------------------------------------------------------------------------------------

export interface SessionLog {
  readonly sessionId: string;
  /** Appends in order and resolves once the bytes are durable (fsync). @throws JournalError; nothing is written then. */
  append(events: readonly NewSessionEvent[]): Promise<readonly SessionEvent[]>;
  /** Every durable event, oldest first; of a fork, those it inherits before its own. */
  read(): AsyncIterable<SessionEvent>;
  close(): Promise<void>;
}

/** Where a session that is not the first of its kind begins. */
export type SessionOrigin = Pick<EventOf<'session.forked'>, 'from' | 'through' | 'kind' | 'task'>;

/**
 * Begins a session that inherits the events of another, which may be live: its first own event, `session.forked`, is
 * durable when resolved, and nothing is there before. @throws JournalError
 */
export type ForkLog = (session: string, origin: SessionOrigin) => Promise<SessionLog>;

/** Opens a session that is there. @throws HeldElsewhereError | JournalError */
export type OpenLog = (session: string) => Promise<SessionLog>;

/** Read access to the events of every session of this workspace, also those another window is writing. */
export interface SessionHistory {
  /** Session ids, most recently written first. */
  sessions(): Promise<readonly string[]>;
  /** Durable events of a session's own, oldest first; nothing when there is no such session. */
  events(session: string): AsyncIterable<SessionEvent>;
  /** As `events`, of a fork with those it inherits before. @throws JournalError when some of these are gone */
  lineage(session: string): AsyncIterable<SessionEvent>;
}

/** 64 hex digits: the SHA-256 of the text's UTF-8 bytes. */
export type BlobHash = string;

export interface BlobStore {
  /** Durable when resolved; storing the same text twice costs nothing. @throws JournalError */
  put(text: string): Promise<BlobHash>;
  /** @throws JournalError when the blob is missing or damaged */
  get(hash: BlobHash): Promise<string>;
}

/** SHA-256 of a text's UTF-8 bytes as 64 hex digits (synchronous: pages are short). */
export type ContentHasher = (text: string) => BlobHash;

/** @returns a unified diff from `before` to `after`, without file headers; empty when they are equal */
export type TextDiff = (before: string, after: string) => string;

/** Lines of a text (1-based, inclusive) and those that stand in their place; `endLine` < `startLine`: they come in before it. */
export interface LineChange {
  readonly startLine: number;
  readonly endLine: number;
  /** Each with its line end. */
  readonly lines: readonly string[];
}

/** @returns what leads from one text to the other, in the order of the lines, disjoint; empty when they are equal */
export type LineDiff = (before: string, after: string) => readonly LineChange[];

export interface Clock {
  now(): number;
}

// ---- storage tiers ------------------------------------------------------------------------------------------------------

export interface SearchPage<Hit> {
  readonly hits: readonly Hit[];
  /** 1-based. */
  readonly page: number;
  readonly pages: number;
  readonly total: number;
}

/** One message of the history. `id` is its address, `msg:<session>/<seq>` (or the importer's own id). */
export interface RecallMessage {
  readonly id: string;
  readonly session: string;
  readonly seq: number;
  readonly time: number;
  readonly role: 'user' | 'assistant' | 'tool';
  readonly name?: string;
  readonly text: string;
}

export type RecallHit = RecallMessage & { readonly score: number };

export interface RecallQuery {
  readonly text: string;
  readonly since?: number;
  readonly until?: number;
  readonly page: number;
  readonly pageSize: number;
}

/** Every message ever exchanged. Derived from the session logs; a turn never waits for `append`. */
export interface RecallStorage {
  append(messages: readonly RecallMessage[]): Promise<void>;
  /** @throws DiskUnavailableError */
  search(query: RecallQuery, signal: AbortSignal): Promise<SearchPage<RecallHit>>;
}

/** A feature's part in the score of a hit. */
export interface ScorePart {
  readonly feature: string;
  readonly value: number;
  readonly contribution: number;
}

/** A line of a page, without indentation; of a long line a part. */
export interface SnippetLine {
  /** 1-based. */
  readonly line: number;
  readonly text: string;
  /** What matched: places in `text`, the end exclusive, in UTF-16 units. */
  readonly ranges: readonly (readonly [start: number, end: number])[];
}

export interface CodeHit {
  /** Workspace path as in `WorkspaceFiles`. */
  readonly path: string;
  /** 1-based, inclusive. */
  readonly startLine: number;
  readonly endLine: number;
  /** Enclosing or defined symbol, e.g. `QueueManager.flush`; empty where there is none. */
  readonly symbol: string;
  readonly language: string;
  readonly score: number;
  readonly text: string;
  /** First 16 hex digits of the SHA-256 of the page's bytes. */
  readonly hash: string;
  /** The index generation in which its file was last written; 0 when it never was. */
  readonly generation: number;
  /** It is what an editor shows and has not saved. */
  readonly unsaved?: true;
  /** The file has changed since it was indexed, and no longer has this page in this place. */
  readonly outdated?: true;
  /** The lines that say most about the query, in their order. */
  readonly snippet: readonly SnippetLine[];
  /** What the query names makes it come before all others: a place in it, or the definition or a use of a name. */
  readonly role?: 'place' | 'definition' | 'use';
  /** Greatest part first; only when it was asked for. */
  readonly explanation?: readonly ScorePart[];
}

/** Pages of the workspace, or files by their best page. */
export interface CodePage extends SearchPage<CodeHit> {
  /** Whether `total` is all that matches; otherwise there is more. */
  readonly exact: boolean;
}

export interface ArchivalNote {
  readonly id: string;
  readonly session: string;
  readonly time: number;
  readonly text: string;
}

/** The slow tier: the workspace index and notes kept outside the window. Derived; rebuildable from files and logs. */
export interface ArchivalStorage {
  /** @throws DiskUnavailableError | BadQueryError when a filter in the text means nothing */
  searchWorkspace(
    query: {
      /** A question, names or pasted text, with filters: docs/disk.md, “Queries”. */
      readonly text: string;
      readonly glob?: string;
      /** Counts all that matches, however much it is. */
      readonly count?: boolean;
      readonly page: number;
      readonly pageSize: number;
    },
    signal: AbortSignal,
  ): Promise<CodePage>;
  /** Has files indexed again that are not as a search had them. Paths as hits have them. @throws DiskUnavailableError */
  refreshFiles(paths: readonly string[]): Promise<void>;
  insertNotes(notes: readonly ArchivalNote[]): Promise<void>;
  /** @throws DiskUnavailableError */
  searchNotes(
    query: { readonly text: string; readonly page: number; readonly pageSize: number },
    signal: AbortSignal,
  ): Promise<SearchPage<ArchivalNote & { readonly score: number }>>;
}

// ---- workspace ------------------------------------------------------------------------------------------------------------

export interface FileSnapshot {
  /** Canonical workspace path, `/`-separated: relative to the folder, or `<folder name>/…` when there are several. */
  readonly path: string;
  /** Address part: always `<folder name>/…`. */
  readonly addressPath: string;
  readonly text: string;
  /** Changes whenever the content may have changed (mtime and size, or the editor's document version). */
  readonly version: string;
}

/** What a file is beside its text. */
export interface FileForm {
  /** Its byte order mark, if it has one. */
  readonly mark?: 'utf-8' | 'utf-16le' | 'utf-16be';
  /** Permission bits. */
  readonly mode?: number;
  /** It is no text: what stands for its text is the base64 of its bytes. */
  readonly binary?: true;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  /** Bytes; 0 for directories. */
  readonly size: number;
}

/** The workspace folders; nothing outside them (symlinks resolved) is ever read or written. */
export interface WorkspaceFiles {
  /** @throws OutsideWorkspaceError | UnreadableFileError */
  read(path: string, signal: AbortSignal): Promise<FileSnapshot>;
  /**
   * Replaces a file's text, if it is `before` at that moment still (compare and swap); line ends, byte order mark and
   * mode stay. What has unsaved changes in an editor is changed there and not saved.
   * @param before the text as `read` gave it; undefined creates the file, with its folders
   * @param form of a file that is put back, byte for byte; default: one that the model writes, which saving may format as
   *   the person's settings say; created in UTF-8 without a mark, with the usual mode
   * @returns `unsaved` when only an editor holds the new text: it had unsaved changes, or could not save
   * @throws EditConflictError when the file is another by now | OutsideWorkspaceError | UnreadableFileError
   */
  write(
    path: string,
    before: string | undefined,
    after: string,
    form?: FileForm,
  ): Promise<'saved' | 'unsaved'>;
  /**
   * Removes a file, to the trash where there is one, if it is `before` at that moment still.
   * @param binary `before` is what `readBinary` gave
   * @returns what its text does not tell of it
   * @throws EditConflictError when the file is another by now | OutsideWorkspaceError | UnreadableFileError
   */
  remove(path: string, before: string, binary?: boolean): Promise<FileForm>;
  /** @returns the bytes of a file that is no text, as base64. @throws OutsideWorkspaceError | UnreadableFileError */
  readBinary(path: string): Promise<string>;
  /**
   * Gives a file another place, never over what is there; folders are created.
   * @returns what its text does not tell of it
   * @throws EditConflictError when there is something | OutsideWorkspaceError | UnreadableFileError
   */
  move(from: string, to: string): Promise<FileForm>;
  /** Removes a folder, and those in it, as far as they hold no files. Never throws. */
  removeEmptyFolders(path: string): Promise<void>;
  /** The version `read` would report, without reading; undefined when the file is gone. */
  version(path: string): Promise<string | undefined>;
  /** @throws OutsideWorkspaceError | UnreadableFileError */
  list(path: string, signal: AbortSignal): Promise<readonly DirectoryEntry[]>;
  /** Whether the path, or the file it leads to through symbolic links, looks like it holds secrets. */
  isSecret(path: string): Promise<boolean>;
  /** Whether editors, agents or git obey the file at the path, or the one it leads to through symbolic links. */
  isProtected(path: string): Promise<boolean>;
  /** Workspace path of an address part (`<folder name>/…`). @throws OutsideWorkspaceError when no such folder is open */
  fromAddress(addressPath: string): string;
  /** Canonical form of a path the model wrote (strips `./`, accepts absolute paths inside the workspace). @throws OutsideWorkspaceError */
  canonical(path: string): string;
}

// ---- the editor -----------------------------------------------------------------------------------------------------------

export interface FileLines {
  /** Workspace path, or absolute. */
  readonly path: string;
  /** 1-based, inclusive. */
  readonly startLine: number;
  readonly endLine: number;
}

/** What the editor shows that a turn may soon need. */
export interface EditorState {
  /** Lines that the person has selected, if any. */
  selection(): FileLines | undefined;
  /** Lines with errors that were not there before the last change of their file. */
  freshDiagnostics(): readonly FileLines[];
}

// ---- outside events -----------------------------------------------------------------------------------------------------

export interface OutsideEvent {
  readonly kind: PostedKind;
  /** What the model is told; over a fifth of the window it is shown in part, with its address. */
  readonly text: string;
  /** Of a `userMessage`. */
  readonly attachments?: readonly Attachment[];
  /** An idle process starts no turn for it: the next one tells it. */
  readonly quiet?: boolean;
}

/** What reports events by itself: a terminal, diagnostics, timers. */
export interface EventSource {
  /**
   * @param post resolves when the event is durable; rejects with JournalError, and the event is the source's still
   * @returns a function that ends the subscription
   */
  subscribe(post: (event: OutsideEvent) => Promise<void>): () => void;
}

/** A file of standing rules as it is now. */
export interface RulesFile extends FileSnapshot {
  /** First line of the rules, 1-based, where something else comes before. */
  readonly firstLine?: number;
  /** As in `RulesPage`. */
  readonly scope?: string;
  readonly description?: string;
  readonly inactive?: true;
  readonly problem?: string;
}

/** The repository's standing rules (AGENTS.md and its like, of the workspace folders). */
export interface RulesSource {
  /**
   * As they are on disk now, in the order of the folders, what is nearer to the work after what is farther; none in
   * Restricted Mode. What cannot be read is left out. Throws only when aborted.
   * @param touched paths as anybody wrote them; rules with a scope hold once one of these is in it
   */
  rules(signal: AbortSignal, touched: readonly string[]): Promise<readonly RulesFile[]>;
}

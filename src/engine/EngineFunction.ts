/** The contract of a function the model may call; implementations live in tools/, one file each. */

import type { Approver } from './approvals';
import type { FunctionSchema } from './chat';
import type { Note, PlanItem } from './events';
import type { FaultHandler } from './FaultHandler';
import type { FunctionEffect } from './modes';
import type { Anchor, Fault, FilePage } from './pages';
import type { ArchivalStorage, BlobHash, Clock, RecallStorage, WorkspaceFiles } from './ports';
import type { TextEdit } from './textEdit';
import type { WindowRequest } from './WindowRequests';

export type Validation<Arguments> =
  | { readonly ok: true; readonly value: Arguments }
  | { readonly ok: false; readonly error: string };

/** What a function hands back. `text` is exactly what the model is shown; the executor stores it before the turn goes on. */
export interface FunctionOutcome {
  readonly text: string;
  readonly isError?: boolean;
  /** Parts that `text` leaves out, as `storePart` has stored them: found at `<address>.1`, `<address>.2`, … */
  readonly parts?: readonly BlobHash[];
  /** What was asked for is all of it: no digest is shown while it fits the window. */
  readonly entire?: boolean;
  /** How the look-up was served, when the function is one. */
  readonly fault?: Fault;
  /** File ranges that `text` shows; they become resident pages. */
  readonly pages?: readonly FilePage[];
  /** Resident pages as the edit leaves them that `text` tells of. */
  readonly anchors?: readonly Anchor[];
  /** Addresses of the messages and notes that `text` shows whole: they are resident as long as the result is. */
  readonly shows?: readonly string[];
}

/** Working context as functions may change it. Every change is durable when the promise resolves. */
export interface NoteKeeper {
  list(): readonly Note[];
  /** @throws NoteLimitError, saying how many tokens are free */
  pin(text: string, source?: string): Promise<Note>;
  /** @throws UnknownNoteError | NoteLimitError */
  edit(id: string, text: string): Promise<Note>;
  /** @throws UnknownNoteError */
  unpin(id: string): Promise<void>;
  /** Tokens in use and allowed. */
  usage(): { readonly used: number; readonly limit: number };
}

/** The plan as functions may change it. */
export interface PlanKeeper {
  /** Replaces all of it, durably. @throws PlanChangedError | NoteLimitError */
  update(items: readonly PlanItem[]): Promise<void>;
}

/** Edits of one file, each against the text as it was read; all are made, or none. */
export interface FileEdit {
  readonly path: string;
  /** One alone with an empty `old`: the file is created. */
  readonly edits: readonly TextEdit[];
  /** Address of the page they were made from. */
  readonly basedOn?: string;
}

/** All of a file. */
export interface FileText {
  readonly path: string;
  readonly text: string;
  /** Address of the page that showed what it replaces. */
  readonly basedOn?: string;
}

export interface FileMove {
  readonly from: string;
  readonly to: string;
}

/** What the model may do to files that the person allows to be changed, when it has seen the lines as they are now. */
interface FileChanger {
  /** @throws EditsForbiddenError | OutsideWorkspaceError | UnreadableFileError | JournalError */
  edit(edit: FileEdit): Promise<FunctionOutcome>;
  /** Creates a file, or replaces all of it. @throws as `edit` */
  write(file: FileText): Promise<FunctionOutcome>;
  /** Never over another. @throws EditConflictError when there is one; as `edit` */
  move(move: FileMove): Promise<FunctionOutcome>;
  /** Text files only. @throws as `edit` */
  delete(path: string): Promise<FunctionOutcome>;
}

/** What a sub-agent is to do, and within which bounds. */
export interface SpawnRequest {
  readonly task: string;
  /** `fresh`: an empty window. `fork`: a copy of this one. */
  readonly context: 'fresh' | 'fork';
  /** Prompt and output of all its requests, provider tokens. */
  readonly tokens?: number;
  /** Calls it may make. */
  readonly steps?: number;
}

export interface ProcessSpawner {
  /**
   * Runs a sub-agent to its end. When the signal aborts it is cancelled and waited for.
   * @throws ProcessLimitError | JournalError
   */
  spawn(request: SpawnRequest, callId: string, signal: AbortSignal): Promise<FunctionOutcome>;
}

export interface FunctionContext {
  readonly session: string;
  /** The call that is being run. */
  readonly callId: string;
  /** Where its result will be found. */
  readonly address: string;
  /** Stores a part of an output that is too long for one result. @throws JournalError */
  readonly storePart: (text: string) => Promise<BlobHash>;
  readonly processes: ProcessSpawner;
  readonly notes: NoteKeeper;
  readonly plan: PlanKeeper;
  readonly faults: FaultHandler;
  readonly recall: RecallStorage;
  readonly archival: ArchivalStorage;
  /** Makes an archival note durable in the session log, then hands it to `archival`. @returns its id */
  readonly archive: (text: string) => Promise<string>;
  readonly files: WorkspaceFiles;
  readonly changeFile: FileChanger;
  /**
   * Changes a file as what is known about the code demands, in lines that the model need not have seen; reviewed as its edits.
   * @returns `unsaved` when only an editor holds it
   * @throws EditConflictError | EditsForbiddenError | OutsideWorkspaceError | UnreadableFileError | JournalError
   */
  readonly rewriteFile: (path: string, before: string, after: string) => Promise<'saved' | 'unsaved'>;
  readonly approver: Approver;
  /** Tells the person what the call is doing: the last text counts, its last line most. */
  readonly progress: (text: string) => void;
  readonly clock: Clock;
  readonly countTokens: (text: string) => Promise<number>;
  /** Largest result that is admitted whole, tokens; longer ones must be paged by the function. */
  readonly maxResultTokens: number;
  /** Compacts or resets the window before the model's next step. */
  readonly changeWindow: (request: WindowRequest) => void;
  /** Whether an address (`msg:`, `tool:`, `file:`, `note:`) is in the window, so that a search marks a hit instead of repeating it. */
  readonly isResident: (address: string) => boolean;
  /** Whether these lines of a file (1-based, inclusive) are in the window and not stale. */
  readonly isRangeResident: (path: string, startLine: number, endLine: number) => boolean;
  readonly signal: AbortSignal;
}

export interface EngineFunction<Arguments = unknown> {
  readonly schema: FunctionSchema;
  /** Read-only functions of one step run in parallel; others run in order, alone. */
  readonly readOnly: boolean;
  /** Acts, and yet runs beside the read-only ones; the signal brings it to its end. */
  readonly parallel?: boolean;
  /** What it does beyond the window: the mode may refuse it. */
  readonly effect?: FunctionEffect;
  /** @param value the parsed JSON arguments */
  validate(value: unknown): Validation<Arguments>;
  /** @throws VirtualContextError — shown to the model as a failed call */
  run(args: Arguments, context: FunctionContext): Promise<FunctionOutcome>;
}

/** Errors are values with a next step: every error a person or the model can meet says what to do about it. */
export class VirtualContextError extends Error {
  /**
   * @param message what happened, one sentence
   * @param nextStep what to do next, one sentence
   */
  constructor(
    message: string,
    readonly nextStep: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }

  /**
   * Parts that are loaded when first needed are bundles of their own, with their own copies of these classes: errors are
   * told apart by name, so that `instanceof` means the same on both sides (the build keeps names).
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (!(value instanceof Error)) return false;
    // biome-ignore lint/complexity/noThisInStatic: the class that is asked about, which may be a derived one
    return this === VirtualContextError ? 'nextStep' in value : value.name === this.name;
  }
}

export type ModelErrorKind =
  | 'auth'
  | 'quota'
  | 'rateLimit'
  | 'contextLength'
  | 'network'
  | 'cancelled'
  | 'badResponse';

/** Everything that can go wrong at the model boundary, classified once, by the `LanguageModel` implementation. */
export class ModelError extends VirtualContextError {
  constructor(
    readonly kind: ModelErrorKind,
    message: string,
    nextStep: string,
    readonly details: {
      readonly retryAfterMs?: number;
      /** With kind `contextLength`: the window the provider says it has, tokens. */
      readonly windowTokens?: number;
      /** The model cannot call functions: the same request without them may be answered. */
      readonly refusesFunctions?: true;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, nextStep, details.cause === undefined ? undefined : { cause: details.cause });
  }
}

/** The window cannot hold the system instructions, the notes and one exchange. */
export class WindowTooSmallError extends VirtualContextError {}

/** A path that is outside the workspace folders once symlinks are resolved. */
export class OutsideWorkspaceError extends VirtualContextError {}

/** A file that cannot be shown: missing, binary, a directory, deleted while it was read. */
export class UnreadableFileError extends VirtualContextError {}

/** A file that is no longer what an edit was made from. */
export class EditConflictError extends VirtualContextError {}

/** Nobody can allow an edit here: Restricted Mode, or a command line that was not told to. */
export class EditsForbiddenError extends VirtualContextError {}

/** A command that could not be started, or one that is named and not there. */
export class CommandError extends VirtualContextError {}

/** A name that the language server does not change, or not to what was asked for. */
export class RenameError extends VirtualContextError {}

/** Lines under review that are no longer what was shown. */
export class UnknownHunkError extends VirtualContextError {}

/** A checkpoint that the session does not have. */
export class UnknownCheckpointError extends VirtualContextError {}

/** A search with a filter that means nothing. */
export class BadQueryError extends VirtualContextError {}

/** The disk process or LanceDB is not there; the chat goes on without it. */
export class DiskUnavailableError extends VirtualContextError {}

/** A checkpoint whose files are no longer kept. */
export class CheckpointGoneError extends VirtualContextError {}

/** A text that is no longer in the blob store. */
export class MissingBlobError extends VirtualContextError {}

/** The session log or the blob store could not be written (disk full, no permission). */
export class JournalError extends VirtualContextError {}

/** A storage folder or session that another live process holds. */
export class HeldElsewhereError extends VirtualContextError {}

/** An address that names nothing this workspace's history holds. */
export class UnknownAddressError extends VirtualContextError {}

/** No note has that id. */
export class UnknownNoteError extends VirtualContextError {}

/** A note that somebody else has changed since. */
export class NoteChangedError extends VirtualContextError {}

/** A plan that somebody else has changed since. */
export class PlanChangedError extends VirtualContextError {}

/** A sub-agent that may not be started: too many levels deep, or nothing left to spend. */
export class ProcessLimitError extends VirtualContextError {}

/** A note that would take the working context over its token limit. */
export class NoteLimitError extends VirtualContextError {}

/** @returns the kind of a `ModelError`, else the name of the error's class */
export function errorKind(error: unknown): string {
  if (error instanceof ModelError) return error.kind;
  return error instanceof Error ? error.name : 'unknown';
}

/** @returns the message a person sees: what happened and what to do next. */
export function describeError(error: unknown): string {
  if (error instanceof VirtualContextError) return `${sentence(error.message)} ${error.nextStep}`;
  return error instanceof Error ? error.message : String(error);
}

/** Messages that quote a provider end as the provider ended them. */
function sentence(message: string): string {
  return /[.!?…]["”')]?$/.test(message) ? message : `${message}.`;
}

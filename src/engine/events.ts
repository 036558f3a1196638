/**
 * The session log's events: the record everything else is derived from. Long texts are in the blob store; an event
 * names them by hash. Four event types are queue entries (the model sees them): `message.user`, `message.assistant`,
 * `function.result` and `interrupt`; all others describe what the engine did and why.
 */
import type { Attachment } from './attachments';
import type { ChangeEventBody } from './changes/changeEvents';
import type { TokenUsage, ToolCall } from './chat';
import type { AgentMode } from './modes';
import type {
  Anchor,
  CarriedPage,
  EvictedPage,
  Fault,
  FilePage,
  Hint,
  PageOrigin,
  PrefetchSource,
  RulesPage,
} from './pages';
import type { BlobHash } from './ports';
import type { Spent } from './SpentTokens';

export interface Note {
  readonly id: string;
  readonly text: string;
  /** Who wrote the present text. */
  readonly by: 'person' | 'model';
  /** Where the text was taken from, when it was; a file address makes the note stale when the file moves on. */
  readonly source?: string;
  /** Set when the text at `source` has changed since. */
  readonly stale?: boolean;
}

export interface PlanItem {
  /** One line. */
  readonly text: string;
  readonly state: 'open' | 'active' | 'done';
}

/** Outside inputs that carry what happened: durable in the process's event queue until a queue entry delivers them. */
export type PostedKind =
  | 'userMessage'
  /** The person chose Continue or Retry. */
  | 'resumed'
  | 'childFinished'
  | 'commandFinished'
  | 'timer'
  | 'diagnosticsChanged'
  /** A new session, or one gone on with after a break, is to begin with what was going on. */
  | 'opener';

/** What the engine finds when it looks, before each step: the state itself is the record, nothing need be posted. */
export type ObservedKind =
  | 'cancelled'
  | 'fileChanged'
  | 'notesChanged'
  | 'planChanged'
  | 'rulesChanged'
  | 'thrashing'
  | 'memoryPressure';

export type InterruptKind =
  | Exclude<PostedKind, 'userMessage'>
  | ObservedKind
  | 'failedCall'
  | 'hint'
  | 'prefetch'
  /** What the person attached to a message of theirs. */
  | 'attached';

export type EpochReason =
  | 'start'
  | 'highWatermark'
  | 'contextLength'
  | 'modelChanged'
  | 'notesChanged'
  | 'compact'
  | 'reset';

/** What the parts of an epoch's head cost, own tokens. */
export interface HeadTokens {
  /** System instructions, schemas and rules. */
  readonly system: number;
  readonly notes: number;
  /** Summary and stubs. */
  readonly summary: number;
  /** Carried pages. */
  readonly pages?: number;
}

/** `tokenLimit` ends sub-agents only. */
export type TurnEnd = 'done' | 'cancelled' | 'callLimit' | 'tokenLimit' | 'error' | 'interrupted';

export type SessionEventBody =
  | { readonly type: 'session.started'; readonly workspace: readonly string[] }
  | {
      /** First own event of a session that inherits another's up to event `through`; its `seq` is `through` + 1. */
      readonly type: 'session.forked';
      readonly from: string;
      /** 0: nothing is inherited (a sub-agent with an empty window of its own). */
      readonly through: number;
      /** `session`: the person's fork or rewind. `process`: a sub-agent. */
      readonly kind: 'session' | 'process';
      /** What a sub-agent was asked to do. */
      readonly task?: string;
    }
  | {
      /** The start of an epoch freezes the head: until the next one every request begins with the same bytes. */
      readonly type: 'epoch.started';
      readonly epoch: number;
      readonly reason: EpochReason;
      readonly model: string;
      /** Usable tokens of the window: window − reserved output − safety margin. */
      readonly budget: number;
      /** JSON of the head's `ChatMessage[]`. */
      readonly head: BlobHash;
      /** What the head's parts cost, own tokens; schemas count as system. */
      readonly headTokens: HeadTokens;
      /** JSON of the epoch's `FunctionSchema[]`. */
      readonly functions: BlobHash;
      /** The recursive summary's text; null while nothing was evicted. */
      readonly summary: BlobHash | null;
      readonly summaryBy: 'model' | 'extract' | 'none';
      /** Sequence number of the last note change that the head holds. */
      readonly notesThrough: number;
      /** Ranges of the rules files that the head shows; absent when there are none. */
      readonly rules?: readonly FilePage[];
      /** Sequence number of the event that loaded them. */
      readonly rulesThrough?: number;
      /** Sequence numbers of the queue entries that stay. */
      readonly retained: readonly number[];
      readonly evicted: readonly EvictedPage[];
      /** Pages the head holds beside the summary, in the order shown. */
      readonly carried?: readonly CarriedPage[];
      readonly tokensBefore: number;
      readonly tokensAfter: number;
    }
  | { readonly type: 'turn.started'; readonly turn: number }
  | {
      readonly type: 'turn.ended';
      readonly turn: number;
      readonly reason: TurnEnd;
      readonly message?: string;
      /** With reason `error`: kind of the `ModelError`, or the error's class. */
      readonly errorKind?: string;
    }
  | {
      readonly type: 'message.user';
      readonly turn: number;
      readonly text: string;
      /** What the model is shown, when the text was too long to admit whole. */
      readonly shown?: BlobHash;
      /** Page of the text that goes on where `shown` ends. */
      readonly nextPage?: number;
      readonly tokens: number;
      /** Sequence number of the `event.posted` that this delivers. */
      readonly posted?: number;
      /** From an exported chat, a file from anywhere: nothing in it becomes a note by itself. */
      readonly imported?: true;
    }
  | {
      readonly type: 'message.assistant';
      readonly turn: number;
      readonly text: string;
      /** As of the person's messages. */
      readonly imported?: true;
      readonly calls: readonly ToolCall[];
      readonly tokens: number;
      /** What the model thought before; the person can read it. */
      readonly reasoning?: string;
      /** The reasoning goes along in later requests, because the provider wants it back; `tokens` counts it then. */
      readonly returnsReasoning?: true;
      /** Addresses of the resident pages that the text or the calls make use of. */
      readonly references?: readonly string[];
      /** Set when the stream ended early: what is recorded is what was shown. */
      readonly cut?: 'cancelled' | 'length' | 'error';
    }
  | {
      readonly type: 'function.result';
      readonly turn: number;
      readonly callId: string;
      readonly name: string;
      /** `tool:<session>/<call>`; the exact text shown is in `result`. */
      readonly address: string;
      readonly result: BlobHash;
      /** The unclipped text, when the result was too long to admit whole. */
      readonly whole?: BlobHash;
      /** What even that leaves out of a very long output, at `<address>.1`, `<address>.2`, … */
      readonly parts?: readonly BlobHash[];
      readonly tokens: number;
      readonly isError: boolean;
      readonly fault?: Fault;
      readonly pages: readonly FilePage[];
      /** Resident pages that the edit told of in this result has changed or moved. */
      readonly anchors?: readonly Anchor[];
      /** Addresses of the messages and notes that the result shows whole. */
      readonly shows?: readonly string[];
      /** Wall time of the call, ms. */
      readonly ms: number;
    }
  | {
      readonly type: 'interrupt';
      readonly kind: InterruptKind;
      readonly text: string;
      readonly tokens: number;
      /** What follows the text, when it is long: pages, shown whole. */
      readonly body?: BlobHash;
      /** File ranges that `body` shows; they become resident pages. */
      readonly pages?: readonly FilePage[];
      readonly origin?: PageOrigin;
      /** With `prefetch`. */
      readonly source?: PrefetchSource;
      /** With `hint`. */
      readonly hints?: readonly Hint[];
      /** With `notesChanged` and `planChanged`: sequence number of the last change told. */
      readonly notesThrough?: number;
      /** With `fileChanged`: sequence number of the last `page.stale` or `page.fresh` told. */
      readonly staleThrough?: number;
      /** With `fileChanged`: sequence number of the last `file.reviewed` or `checkpoint.restored` told. */
      readonly reviewThrough?: number;
      /** With `rulesChanged`: sequence number of the event that loaded what is told. */
      readonly rulesThrough?: number;
      /** Sequence number of the `event.posted` that this delivers. */
      readonly posted?: number;
      /** With `attached`: the `event.posted` of the message, and which of its attachments this is. */
      readonly attached?: { readonly posted: number; readonly index: number };
      /** With `attached`: a stored text that `body` shows, whole or as a digest. */
      readonly stored?: { readonly address: string; readonly label: string };
    }
  | {
      /** A text that the person attaches to the message that follows. Its address is that of a message. */
      readonly type: 'attachment.stored';
      readonly label: string;
      readonly text: BlobHash;
    }
  | {
      /** An outside input has reached the process. Its sequence number is its id. */
      readonly type: 'event.posted';
      readonly kind: PostedKind;
      /** As the table had it then: the smallest is delivered first, among equals the oldest. */
      readonly priority: number;
      readonly text: string;
      /** With `userMessage`; delivered after it. */
      readonly attachments?: readonly Attachment[];
    }
  | {
      readonly type: 'note.pinned';
      readonly note: Note;
      /** The file range it was taken from, when the person pinned a selection. */
      readonly page?: FilePage;
    }
  | {
      readonly type: 'note.edited';
      readonly id: string;
      readonly text: string;
      readonly by: 'person' | 'model';
    }
  | { readonly type: 'note.unpinned'; readonly id: string; readonly by: 'person' | 'model' }
  | { readonly type: 'note.stale'; readonly id: string; readonly reason: string }
  | { readonly type: 'note.fresh'; readonly id: string }
  | {
      /** The repository's rules are these now: all of them. */
      readonly type: 'rules.loaded';
      readonly rules: readonly RulesPage[];
    }
  | ChangeEventBody
  | {
      /** A sub-agent is about to run: its session begins with a `session.forked` of this one. */
      readonly type: 'process.started';
      /** Its session. */
      readonly process: string;
      /** The call that asked for it. */
      readonly callId: string;
      readonly context: 'fresh' | 'fork';
      readonly task: string;
      readonly callLimit: number;
      /** Prompt and output of all its requests, provider tokens. */
      readonly tokenLimit: number;
    }
  | {
      readonly type: 'process.ended';
      readonly process: string;
      readonly reason: TurnEnd;
      readonly message?: string;
      readonly calls: number;
      /** Prompt and output, its own sub-agents included, provider tokens. */
      readonly spentTokens: number;
      /** The same by model. */
      readonly spent?: readonly Spent[];
      readonly ms: number;
    }
  | {
      /** The plan is what `items` say now; none of them: there is none. */
      readonly type: 'plan.changed';
      readonly items: readonly PlanItem[];
      readonly by: Note['by'];
    }
  | {
      readonly type: 'archival.inserted';
      readonly id: string;
      readonly text: string;
      /** Address of the message it was taken from, when the engine wrote it back before an eviction. */
      readonly source?: string;
    }
  | {
      /** Pages come back so soon after they left that the resident set is enlarged; or no longer. */
      readonly type: 'thrashing';
      readonly active: boolean;
      /** Pages that came back soon, lately. */
      readonly returns: number;
    }
  | { readonly type: 'page.stale'; readonly address: string; readonly reason: string }
  /** The change that made it stale was undone. */
  | { readonly type: 'page.fresh'; readonly address: string }
  | {
      readonly type: 'request.sent';
      readonly purpose: 'step' | 'summary';
      readonly model: string;
      /** SHA-256 of the canonical JSON of messages and functions; a rebuilt request must hash to the same. */
      readonly hash: BlobHash;
      /** The whole request, for a summary: a step's request follows from the events before it. */
      readonly body?: BlobHash;
      readonly messages: number;
      readonly maxOutputTokens: number;
      /** Upper estimate in the provider's tokens that was checked against the budget. */
      readonly estimatedTokens: number;
    }
  | {
      readonly type: 'response.received';
      readonly purpose: 'step' | 'summary';
      readonly usage?: TokenUsage;
      /** Own tokens of the prompt that was answered. */
      readonly ownTokens: number;
      /** Provider tokens per own token, after this response. */
      readonly calibration: number;
      readonly ms: number;
    }
  | { readonly type: 'request.failed'; readonly kind: string; readonly message: string }
  /** What was learned about the model, and the person was told. */
  | { readonly type: 'model.notice'; readonly model: string; readonly text: string }
  /** The person has named the chat; empty: it goes by its first question again. */
  | { readonly type: 'session.renamed'; readonly name: string }
  /** The person has chosen who answers this chat, named as in the settings. */
  | { readonly type: 'model.chosen'; readonly model: string }
  | {
      /** How far the model may act in this chat from now on. */
      readonly type: 'mode.chosen';
      readonly mode: AgentMode;
      /** It is for making a plan: the mode that comes back when the plan is carried out. */
      readonly afterPlan?: AgentMode;
    }
  | {
      /** A refusal for length has shown that the model takes less than was promised or estimated. */
      readonly type: 'budget.corrected';
      readonly model: string;
      /** The window it promised. */
      readonly promisedTokens: number;
      /** The window as it is taken to be from now on. */
      readonly windowTokens: number;
      /** Provider tokens per own token, as they are estimated from now on. */
      readonly calibration: number;
    };

export interface EventContext {
  /** Estimated provider tokens resident after the event, head included. */
  readonly resident: number;
  readonly budget: number;
}

export type NewSessionEvent = SessionEventBody & { readonly at: number } & Partial<EventContext>;

/** `seq` is dense and starts at 1; `at` is ms since the epoch. */
export type SessionEvent = NewSessionEvent & {
  readonly seq: number;
  /** Set when a fork reads an event of its lineage: the session whose log holds it. Never written. */
  readonly inherited?: string;
};

export type EventOf<T extends SessionEventBody['type']> = Extract<SessionEvent, { type: T }>;

type QueueType = 'message.user' | 'message.assistant' | 'function.result' | 'interrupt';

/** An event the model sees as one message of the queue; its `tokens` are resident. */
export type QueueEvent = EventOf<QueueType>;

/** @returns whether the event, recorded or about to be, is an entry of the FIFO queue */
export function isQueueEvent<E extends SessionEventBody>(
  event: E,
): event is Extract<E, { readonly type: QueueType }> {
  return (
    event.type === 'message.user' ||
    event.type === 'message.assistant' ||
    event.type === 'function.result' ||
    event.type === 'interrupt'
  );
}

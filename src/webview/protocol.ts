/**
 * What crosses between the extension host and its webviews (of the notes view: `notesProtocol`): the one typed message
 * map, imported by both sides. A view asks with requests (each answered with a result or an error); the host tells with
 * events, which are deltas: the whole state travels only in the answer to `load`.
 */

/** Lines of a workspace file; 1-based, inclusive. */
export interface Place {
  readonly path: string;
  readonly startLine?: number;
  readonly endLine?: number;
}

/** Occupancy of the context window, tokens. */
export interface Gauge {
  readonly system: number;
  readonly notes: number;
  readonly summary: number;
  /** Pages that stayed when their messages left. */
  readonly pages: number;
  readonly queue: number;
  readonly free: number;
  /** What of the window may be used: the sum of the above. */
  readonly budget: number;
  readonly window: number;
  /** True when nobody told the window's size: it is a guess that the person should replace. */
  readonly assumed: boolean;
  /** What is kept at most. */
  readonly limit: number;
  /** Share of uses that found their page in the window; missing before the first. */
  readonly hitRatio?: number;
  /** Pages come back soon after they left: more is kept for a while. */
  readonly thrashing: boolean;
}

export interface ModelInfo {
  readonly label: string;
  /** The built-in model that needs no network and only looks things up. */
  readonly offline: boolean;
}

/** What the assistant may do: only read; edit, and the person reviews; edit without review. */
export type ChatMode = 'ask' | 'edit' | 'auto';

/** Files were put back then, or the chat went on from an earlier message. */
export type CheckpointReason = 'restore' | 'branch';

/** A file with edits of the assistant's that the person has neither kept nor undone. */
export interface ChangedFile {
  /** Workspace path. */
  readonly path: string;
  readonly change: 'edited' | 'created' | 'deleted' | 'moved';
  /** Where it was before it was moved. */
  readonly from?: string;
  /** Lines. */
  readonly added: number;
  readonly removed: number;
  /** The person has changed it after the assistant's last edit. */
  readonly editedSince: boolean;
  /** It was changed in another chat. */
  readonly otherChat?: true;
}

export interface Fault {
  readonly kind: 'minor' | 'major';
  readonly tier: 'resident' | 'recall' | 'archival';
}

export type TurnEndReason = 'done' | 'cancelled' | 'callLimit' | 'tokenLimit' | 'error' | 'interrupted';

export type NoticeKind =
  | 'memoryPressure'
  | 'thrashing'
  | 'fileChanged'
  | 'notesChanged'
  | 'planChanged'
  | 'rulesChanged'
  | 'resumed'
  | 'childFinished'
  | 'commandFinished'
  | 'timer'
  | 'diagnosticsChanged'
  | 'hint'
  | 'prefetch'
  | 'attached'
  | 'model'
  | 'evicted';

/** What a turn or a chat has cost, as the provider counted. */
export interface SpentView {
  readonly promptTokens: number;
  /** The part of the prompts that the provider's cache served; missing where it does not say. */
  readonly cachedTokens?: number;
  readonly outputTokens: number;
  /** In dollars; missing unless every model that was used has a price in the settings. */
  readonly cost?: number;
}

/** One way to answer an approval. */
export interface ApprovalChoice {
  readonly decision: 'deny' | 'once' | 'session' | 'always';
  readonly label: string;
  /** What it would allow from now on. */
  readonly about?: string;
}

/** What the assistant wants to do and the person decides. */
export interface ApprovalCard {
  readonly id: string;
  readonly kind: 'secretFile' | 'edit' | 'command' | 'fetch';
  readonly title: string;
  /** May be empty. */
  readonly detail: string;
  /** Can be edited before it runs. */
  readonly command?: string;
  /** Unified. */
  readonly diff?: string;
  /** It is asked about each time. */
  readonly dangerous?: boolean;
  /** The first allows nothing. */
  readonly choices: readonly ApprovalChoice[];
}

export interface ApprovalAnswer {
  readonly decision: ApprovalChoice['decision'];
  /** As the person edited it. */
  readonly command?: string;
  /** With a refusal: what the person says to the model. */
  readonly words?: string;
}

/** A command that goes on while the model does. */
export interface BackgroundCommandView {
  readonly id: string;
  readonly command: string;
  /** ms since the epoch. */
  readonly startedAt: number;
}

/** What happened in the conversation, in order. A transcript is a list of these. */
export type ChatEvent =
  /** A message is recorded and waits for the model's next step; `posted` is its id. */
  | { readonly type: 'messageQueued'; readonly posted: number; readonly text: string }
  /** A message could not be recorded: it goes back into the input. `message` says why, unless a `turnEnded` does. */
  | { readonly type: 'messageRefused'; readonly text: string; readonly message?: string }
  /** The message has reached the model's queue; takes the place of the queued one that it names. */
  | {
      readonly type: 'userMessage';
      readonly seq: number;
      readonly text: string;
      readonly posted?: number;
    }
  | { readonly type: 'textDelta'; readonly text: string }
  | { readonly type: 'reasoningDelta'; readonly text: string }
  /** The message as recorded: replaces the deltas that came before it. */
  | {
      readonly type: 'assistantMessage';
      readonly seq: number;
      readonly text: string;
      /** What the model thought before; replaces its deltas. */
      readonly reasoning?: string;
      readonly cut?: 'cancelled' | 'length' | 'error';
    }
  | {
      readonly type: 'callStarted';
      readonly callId: string;
      readonly name: string;
      /** JSON as the model wrote it. */
      readonly arguments: string;
    }
  /** What a call that runs is doing. */
  | { readonly type: 'callProgress'; readonly callId: string; readonly text: string }
  | {
      readonly type: 'callFinished';
      readonly callId: string;
      readonly name: string;
      readonly address: string;
      readonly tokens: number;
      readonly isError: boolean;
      readonly fault?: Fault;
      readonly places: readonly Place[];
      /** Milliseconds. */
      readonly ms: number;
    }
  | {
      readonly type: 'notice';
      readonly kind: NoticeKind;
      readonly text: string;
      /** What the model was told, where that is more. */
      readonly detail?: string;
    }
  /** Files are kept as they were here: the turn is about to edit, or what `why` says. `seq` names the checkpoint. */
  | { readonly type: 'checkpoint'; readonly seq: number; readonly why?: CheckpointReason }
  | { readonly type: 'turnStarted' }
  | {
      readonly type: 'turnEnded';
      readonly reason: TurnEndReason;
      readonly message?: string;
      readonly errorKind?: string;
    }
  /** At the end of a turn. */
  | { readonly type: 'spent'; readonly turn: SpentView; readonly session: SpentView }
  | { readonly type: 'gauge'; readonly gauge: Gauge }
  /** All that wait for the person, oldest first. */
  | { readonly type: 'approvals'; readonly cards: readonly ApprovalCard[] }
  /** All that run now. */
  | { readonly type: 'backgroundCommands'; readonly commands: readonly BackgroundCommandView[] }
  | { readonly type: 'model'; readonly model: ModelInfo }
  | { readonly type: 'plan'; readonly plan: PlanView }
  | { readonly type: 'mode'; readonly mode: ChatMode }
  /** All files that wait for review. */
  | { readonly type: 'changes'; readonly files: readonly ChangedFile[] };

export interface PlanItem {
  readonly text: string;
  readonly state: 'open' | 'active' | 'done';
}

/** The checklist that model and person keep; without items there is none. */
export interface PlanView {
  readonly items: readonly PlanItem[];
  /** What a change names that was made from it. */
  readonly revision: number;
}

export interface ChatState {
  readonly session: string;
  /** Without one there is nothing to look up. */
  readonly folderIsOpen: boolean;
  readonly model: ModelInfo;
  readonly events: readonly ChatEvent[];
  /** What belongs into the input box: a message that was taken back. */
  readonly draft?: string;
  /** Sequence number of the message to scroll to. */
  readonly reveal?: number;
}

/**
 * `reset`: another session is shown now; the view asks for it with `load`. `insertText`: what the person has added to the
 * message from elsewhere in the editor.
 */
export type ChatHostEvent =
  | ChatEvent
  | { readonly type: 'reset' }
  | { readonly type: 'insertText'; readonly text: string };

export type MentionKind =
  | 'file'
  | 'folder'
  | 'symbol'
  | 'selection'
  | 'editors'
  | 'problems'
  | 'terminal'
  | 'changes'
  | 'chat'
  | 'note';

/** Something that can be mentioned. */
export interface MentionOption {
  readonly kind: MentionKind;
  /** What stands in the message for it, with the `@`. */
  readonly token: string;
  readonly label: string;
  readonly detail: string;
}

/** A mention of the message that is being written. */
export interface MentionWeight {
  readonly kind: MentionKind;
  readonly token: string;
  /** What it costs, all of it. */
  readonly tokens: number;
  /** It is more than is shown at once: the model gets the beginning or a digest, and an address for the rest. */
  readonly partly: boolean;
  /** Why it cannot be attached; empty when it can. */
  readonly problem: string;
}

/** What a slash command does: it is done, or a message is to be sent in its place. */
export interface SlashResult {
  readonly send?: string;
}

/** What is to be done with a code block of an answer. */
export interface CodeBlockAct {
  readonly act: 'insert' | 'apply' | 'create';
  readonly code: string;
  readonly language: string;
  /** The file it is about, when the answer says so. */
  readonly path?: string;
}

/** What has become of that. */
export interface CodeBlockResult {
  /** The file has no place that is certain: nothing was changed. */
  readonly refused?: {
    readonly why: string;
    /** A message that asks the model to do it. */
    readonly ask: string;
  };
}

/** Exact text of a page, cut to what a preview can bear. */
export interface ResultPreview {
  readonly text: string;
  readonly truncated: boolean;
}

/** What was going on before: shown in a new chat, and after a break. */
export interface OpenerView {
  /** When the last message was exchanged, ms since the epoch. */
  readonly lastAt: number;
  /** Chats it is drawn from. */
  readonly sessions: number;
  /** What the person asked last; may be empty. */
  readonly question: string;
  readonly items: readonly {
    readonly kind: 'open' | 'decision' | 'goal' | 'note';
    readonly text: string;
  }[];
}

export type Nothing = Record<string, never>;

export interface ChatRequests {
  load: { params: Nothing; result: ChatState };
  submit: { params: { readonly text: string }; result: null };
  stop: { params: Nothing; result: null };
  newChat: { params: Nothing; result: null };
  resumeTurn: { params: Nothing; result: null };
  /** Goes on from before a message of the person's, whose text comes back as the draft. */
  editMessage: { params: { readonly seq: number }; result: null };
  /** Asks the last question again, from before it. */
  retry: { params: Nothing; result: null };
  /** As `retry`, answered by another model, which the person picks. */
  regenerate: { params: Nothing; result: null };
  pinMessage: { params: { readonly seq: number }; result: null };
  preview: { params: { readonly address: string }; result: ResultPreview };
  /** Null when there is none to show. */
  opener: { params: Nothing; result: OpenerView | null };
  dismissOpener: { params: Nothing; result: null };
  /** Only a click of the person's asks for this. */
  answerApproval: { params: ApprovalAnswer & { readonly id: string }; result: null };
  /** Ends one call of the running turn, which goes on; with `moves` its command goes on in the background. */
  endCall: { params: { readonly callId: string; readonly moves?: boolean }; result: null };
  /** Ends a background command. */
  stopCommand: { params: { readonly id: string }; result: null };
  /** Shows where a background command runs, or what it has printed. */
  showCommand: { params: { readonly id: string }; result: null };
  /** Replaces the plan; refused when it is another than `revision` by now. The result is the plan as it is then. */
  changePlan: { params: PlanView; result: PlanView };
  openFile: { params: Place; result: null };
  openFolder: { params: Nothing; result: null };
  selectModel: { params: Nothing; result: null };
  selectMode: { params: Nothing; result: null };
  /** Ends the mode that only reads: the person wants a plan carried out. */
  allowEdits: { params: Nothing; result: null };
  /** Without a path: all of them. */
  showChanges: { params: { readonly path?: string }; result: null };
  keepChanges: { params: { readonly path?: string }; result: null };
  undoChanges: { params: { readonly path?: string }; result: null };
  restoreCheckpoint: { params: { readonly seq: number }; result: null };
  /** What fits what was typed after an `@`, best first; with `more` what takes longer to find. */
  findMentions: {
    params: { readonly query: string; readonly more: boolean };
    result: readonly MentionOption[];
  };
  /** The mentions of a text, with what they cost. */
  weighMentions: { params: { readonly text: string }; result: readonly MentionWeight[] };
  /** Mentions of files that were dropped or pasted, as text. */
  mentionUris: { params: { readonly uris: readonly string[] }; result: string };
  slash: { params: { readonly name: string; readonly rest: string }; result: SlashResult };
  codeBlock: { params: CodeBlockAct; result: CodeBlockResult };
  setApiKey: { params: Nothing; result: null };
  openWindowSetting: { params: Nothing; result: null };
  showMemory: { params: Nothing; result: null };
}

/** Requests of one view: method name to parameters and result. */
export type RequestMap<Map> = { readonly [M in keyof Map]: { params: unknown; result: unknown } };

export interface RequestMessage {
  readonly kind: 'request';
  /** Unique within the life of one page. */
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
}

/** Errors are values with a next step; it is empty when there is none to give. */
export interface RequestError {
  readonly message: string;
  readonly nextStep: string;
}

export type HostMessage<Event> =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: RequestError }
  | { readonly kind: 'event'; readonly event: Event };

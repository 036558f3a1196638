/** What the chat panel may ask for. */
import * as z from 'zod';
import type {
  ApprovalAnswer,
  ChatRequests,
  ChatState,
  CodeBlockAct,
  CodeBlockResult,
  MentionOption,
  MentionWeight,
  ModelInfo,
  Place,
  PlanView,
  ResultPreview,
  SlashResult,
} from '../webview/protocol';
import { chatEventsOf } from './chatMessages';
import type { Conversation } from './conversation';
import type { PanelSource } from './panelSource';
import type { RequestHandlers } from './webviewRequests';

/** What the panel needs of the editor. */
export interface ChatActions {
  /** Shows lines of a workspace file in the editor. @throws VirtualContextError */
  openFile(place: Place): Promise<void>;
  /** Whether there is a workspace to ask about. */
  folderIsOpen(): boolean;
  openFolder(): Promise<void>;
  /** Passes on what the person has answered by a click in the panel. */
  answerApproval(id: string, answer: ApprovalAnswer): void;
  /** Lets the command that a call waits for go on in the background. */
  moveCommand(session: string, callId: string): void;
  /** Ends a background command. @throws CommandError when it is gone */
  stopCommand(id: string): Promise<void>;
  /** Shows where a background command runs, or what it has printed. @throws CommandError when it is gone */
  showCommand(id: string): Promise<void>;
  selectModel(): Promise<void>;
  selectMode(): Promise<void>;
  /** Ends the mode that only reads: the plan is to be carried out. @throws VirtualContextError */
  allowEdits(): Promise<void>;
  /** Shows, keeps and undoes what the assistant has changed; without a path all of it. @throws VirtualContextError */
  showChanges(path?: string): Promise<void>;
  keepChanges(path?: string): Promise<void>;
  undoChanges(path?: string): Promise<void>;
  /** Asks what to restore of a checkpoint, and restores it. @throws VirtualContextError */
  restoreCheckpoint(seq: number): Promise<void>;
  /** Has the last question answered by a model that the person picks. */
  regenerate(): Promise<void>;
  /** What can be mentioned; with `more` what takes longer to find. @throws VirtualContextError */
  findMentions(query: string, more: boolean): Promise<readonly MentionOption[]>;
  /** The mentions of a text, with what they cost. @throws VirtualContextError */
  weighMentions(text: string): Promise<readonly MentionWeight[]>;
  /** Mentions of files, as text. @throws VirtualContextError */
  mentionUris(uris: readonly string[]): Promise<string>;
  /** @throws VirtualContextError */
  slash(name: string, rest: string): Promise<SlashResult>;
  /** @throws VirtualContextError */
  codeBlock(block: CodeBlockAct): Promise<CodeBlockResult>;
  setApiKey(): Promise<void>;
  /** Opens the setting of the model's window size. */
  openWindowSetting(): Promise<void>;
  /** Opens the report of what is in memory. */
  showMemory(): Promise<void>;
}

/** More of a result than this is no preview, UTF-16 units. */
const PREVIEW_CHARS = 20_000;
/** Longer prompts are a mistake (a pasted log file): refused before they reach the log. */
const MAX_PROMPT_CHARS = 1_000_000;

const MAX_QUERY_CHARS = 300;
/** Files dropped at once. */
const MAX_URIS = 200;

const nothing = z.object({}) as z.ZodType<Record<string, never>>;
const line = z.number().int().positive();

/** Lines of a file as a webview may name them; whether they may be opened is decided by whoever opens them. */
export const place = z.object({
  path: z.string().min(1),
  startLine: line.optional(),
  endLine: line.optional(),
}) as z.ZodType<Place>;

/** Longer plans are read by nobody. */
const MAX_PLAN_ITEMS = 100;
const MAX_ITEM_CHARS = 1000;

const planView = z.object({
  items: z
    .array(
      z
        .object({ text: z.string().max(MAX_ITEM_CHARS), state: z.enum(['open', 'active', 'done']) })
        .readonly(),
    )
    .max(MAX_PLAN_ITEMS)
    .readonly(),
  revision: z.number().int().nonnegative(),
}) satisfies z.ZodType<PlanView>;

/** A changed file, or all of them. */
const changed = z.object({ path: z.string().min(1).optional() }) as z.ZodType<{ readonly path?: string }>;
const codeBlock = z.object({
  act: z.enum(['insert', 'apply', 'create']),
  code: z.string().min(1).max(MAX_PROMPT_CHARS),
  language: z.string(),
  path: z.string().min(1).optional(),
}) as z.ZodType<CodeBlockAct>;

const approvalAnswer = z.object({
  id: z.string().min(1),
  decision: z.enum(['deny', 'once', 'session', 'always']),
  command: z.string().trim().min(1).max(MAX_PROMPT_CHARS).optional(),
  words: z.string().max(MAX_PROMPT_CHARS).optional(),
}) as z.ZodType<ApprovalAnswer & { readonly id: string }>;

/** @returns the handlers of every request of the chat panel */
export function chatRequests(
  conversation: Conversation,
  actions: ChatActions,
  sources: readonly PanelSource[] = [],
): RequestHandlers<ChatRequests> {
  return {
    load: { params: nothing, run: () => chatState(conversation, actions, sources) },
    submit: {
      params: z.object({ text: z.string().trim().min(1).max(MAX_PROMPT_CHARS) }),
      // The answer must not wait for the turn: it shows in events.
      run: ({ text }) => started(conversation.submit(text)),
    },
    stop: {
      params: nothing,
      run() {
        conversation.stop();
        return null;
      },
    },
    newChat: { params: nothing, run: () => done(conversation.newChat()) },
    resumeTurn: { params: nothing, run: () => started(conversation.resumeTurn()) },
    editMessage: {
      params: z.object({ seq: z.number().int().positive() }),
      run: ({ seq }) => done(conversation.rewind(seq)),
    },
    retry: { params: nothing, run: () => done(conversation.retry()) },
    regenerate: { params: nothing, run: () => done(actions.regenerate()) },
    pinMessage: {
      params: z.object({ seq: z.number().int().positive() }),
      run: ({ seq }) => done(conversation.pinMessage(seq)),
    },
    preview: {
      params: z.object({ address: z.string().min(1) }),
      run: async ({ address }) => preview(await conversation.stored(address)),
    },
    answerApproval: {
      params: approvalAnswer,
      run({ id, ...answer }) {
        actions.answerApproval(id, answer);
        return null;
      },
    },
    endCall: {
      params: z.object({ callId: z.string().min(1), moves: z.boolean().optional() }) as z.ZodType<
        ChatRequests['endCall']['params']
      >,
      run({ callId, moves = false }) {
        if (moves) actions.moveCommand(conversation.session, callId);
        else conversation.stopCall(callId);
        return null;
      },
    },
    stopCommand: {
      params: z.object({ id: z.string().min(1) }),
      run: ({ id }) => done(actions.stopCommand(id)),
    },
    showCommand: {
      params: z.object({ id: z.string().min(1) }),
      run: ({ id }) => done(actions.showCommand(id)),
    },
    opener: { params: nothing, run: async () => (await conversation.opener()) ?? null },
    dismissOpener: { params: nothing, run: () => done(conversation.dismissOpener()) },
    changePlan: {
      params: planView,
      async run(changed) {
        await conversation.plan.change(changed);
        return conversation.plan.now();
      },
    },
    openFile: { params: place, run: (params) => done(actions.openFile(params)) },
    openFolder: { params: nothing, run: () => done(actions.openFolder()) },
    selectModel: { params: nothing, run: () => done(actions.selectModel()) },
    selectMode: { params: nothing, run: () => done(actions.selectMode()) },
    allowEdits: { params: nothing, run: () => done(actions.allowEdits()) },
    showChanges: { params: changed, run: ({ path }) => done(actions.showChanges(path)) },
    keepChanges: { params: changed, run: ({ path }) => done(actions.keepChanges(path)) },
    undoChanges: { params: changed, run: ({ path }) => done(actions.undoChanges(path)) },
    restoreCheckpoint: {
      params: z.object({ seq: z.number().int().positive() }),
      run: ({ seq }) => done(actions.restoreCheckpoint(seq)),
    },
    findMentions: {
      params: z.object({ query: z.string().max(MAX_QUERY_CHARS), more: z.boolean() }),
      run: ({ query, more }) => actions.findMentions(query, more),
    },
    weighMentions: {
      params: z.object({ text: z.string().max(MAX_PROMPT_CHARS) }),
      run: ({ text }) => actions.weighMentions(text),
    },
    mentionUris: {
      params: z.object({ uris: z.array(z.string().min(1)).max(MAX_URIS).readonly() }),
      run: ({ uris }) => actions.mentionUris(uris),
    },
    slash: {
      params: z.object({ name: z.string().min(1), rest: z.string().max(MAX_PROMPT_CHARS) }),
      run: ({ name, rest }) => actions.slash(name, rest),
    },
    codeBlock: { params: codeBlock, run: (block) => actions.codeBlock(block) },
    setApiKey: { params: nothing, run: () => done(actions.setApiKey()) },
    openWindowSetting: { params: nothing, run: () => done(actions.openWindowSetting()) },
    showMemory: { params: nothing, run: () => done(actions.showMemory()) },
  };
}

/** @returns the model as the panel shows it */
export function modelInfo({ modelLabel, modelIsOffline }: Conversation): ModelInfo {
  return { label: modelLabel, offline: modelIsOffline };
}

function chatState(
  conversation: Conversation,
  actions: ChatActions,
  sources: readonly PanelSource[],
): ChatState {
  const draft = conversation.takeBack();
  const reveal = conversation.takeReveal();
  return {
    session: conversation.session,
    folderIsOpen: actions.folderIsOpen(),
    model: modelInfo(conversation),
    events: [...chatEventsOf(conversation.transcript()), ...sources.flatMap((source) => source.current())],
    ...(draft === undefined ? {} : { draft }),
    ...(reveal === undefined ? {} : { reveal }),
  };
}

function preview(text: string): ResultPreview {
  return { text: text.slice(0, PREVIEW_CHARS), truncated: text.length > PREVIEW_CHARS };
}

async function done(act: Promise<void>): Promise<null> {
  await act;
  return null;
}

function started(turn: Promise<void>): null {
  void turn;
  return null;
}

/** What the chat panel shows, folded from the host's events. Items are replaced, never changed: identity means "same". */
import type {
  ApprovalCard,
  BackgroundCommandView,
  ChangedFile,
  ChatEvent,
  ChatMode,
  ChatState,
  CheckpointReason,
  Fault,
  Gauge,
  ModelInfo,
  NoticeKind,
  Place,
  PlanView,
  SpentView,
  TurnEndReason,
} from '../protocol';

export interface UserItem {
  readonly kind: 'user';
  readonly key: string;
  /** Missing until the message has reached the model's queue. */
  readonly seq?: number;
  /** Id of the message while it waits for that; missing until it is recorded. */
  readonly posted?: number;
  /** Whether it was sent while a turn ran: it waits for the next step. */
  readonly waits?: boolean;
  readonly text: string;
}

export interface AssistantItem {
  readonly kind: 'assistant';
  readonly key: string;
  /** Missing while the text streams in. */
  readonly seq?: number;
  readonly text: string;
  /** What the model thought before. */
  readonly reasoning?: string;
  readonly cut?: 'cancelled' | 'length' | 'error';
}

export interface CallItem {
  readonly kind: 'call';
  readonly key: string;
  readonly callId: string;
  readonly name: string;
  readonly arguments: string;
  /** What it is doing, while it runs. */
  readonly progress?: string;
  readonly outcome?: CallOutcome;
}

export interface CallOutcome {
  readonly address: string;
  readonly tokens: number;
  readonly isError: boolean;
  readonly fault?: Fault;
  readonly places: readonly Place[];
  readonly ms: number;
}

export interface NoticeItem {
  readonly kind: 'notice';
  readonly key: string;
  readonly notice: NoticeKind;
  readonly text: string;
  /** What the model was told, where that is more. */
  readonly detail?: string;
}

/** Files can be restored as they were here. */
export interface CheckpointItem {
  readonly kind: 'checkpoint';
  readonly key: string;
  readonly seq: number;
  readonly why?: CheckpointReason;
}

/** How a turn ended, when there is something to say about it. */
export interface EndItem {
  readonly kind: 'end';
  readonly key: string;
  readonly reason: Exclude<TurnEndReason, 'done'>;
  readonly message?: string;
  readonly errorKind?: string;
}

/** What the turn above it has cost. */
interface SpentItem {
  readonly kind: 'spent';
  readonly key: string;
  readonly spent: SpentView;
}

export type ChatItem =
  | UserItem
  | AssistantItem
  | CallItem
  | NoticeItem
  | CheckpointItem
  | SpentItem
  | EndItem;

export interface Transcript {
  readonly session: string;
  readonly items: readonly ChatItem[];
  /** What the person sent and the model has not been given yet; shown after the items. */
  readonly queued: readonly UserItem[];
  readonly running: boolean;
  readonly gauge: Gauge | undefined;
  /** By the whole chat. */
  readonly spent: SpentView | undefined;
  /** Questions that wait for the person, oldest first. */
  readonly approvals: readonly ApprovalCard[];
  /** Commands that go on in the background. */
  readonly background: readonly BackgroundCommandView[];
  readonly model: ModelInfo;
  readonly plan: PlanView;
  readonly mode: ChatMode;
  /** Files that wait for review. */
  readonly changes: readonly ChangedFile[];
  /** Text that was sent but could not be recorded: it goes back into the input. */
  readonly returned: string | undefined;
  /** Items ever added: keys are made of it. */
  readonly added: number;
}

/** The person's own act, shown before the host confirms it. */
export type LocalEvent = { readonly type: 'submitted'; readonly text: string };

export function emptyTranscript(): Transcript {
  return {
    session: '',
    items: [],
    queued: [],
    running: false,
    gauge: undefined,
    spent: undefined,
    approvals: [],
    background: [],
    model: { label: '', offline: false },
    plan: { items: [], revision: 0 },
    mode: 'edit',
    changes: [],
    returned: undefined,
    added: 0,
  };
}

/** @returns the transcript of a session as it was loaded */
export function loadTranscript(state: ChatState): Transcript {
  const { session, model } = state;
  return state.events.reduce(applyEvent, { ...emptyTranscript(), session, model });
}

export function applyEvent(state: Transcript, event: ChatEvent | LocalEvent): Transcript {
  switch (event.type) {
    case 'submitted': {
      const queued = enqueue(state, { text: event.text, waits: state.running });
      return { ...queued, running: true, returned: undefined };
    }
    case 'turnStarted':
      return { ...state, running: true };
    case 'messageQueued': {
      const { posted, text } = event;
      const sent = state.queued.findIndex((item) => isUnrecorded(item) && item.text === text);
      if (sent < 0) return enqueue(state, { text, waits: true, posted });
      return { ...state, queued: state.queued.map((item, i) => (i === sent ? { ...item, posted } : item)) };
    }
    case 'messageRefused': {
      const { text } = event;
      const refused = state.queued.findIndex((item) => isUnrecorded(item) && item.text === text);
      return { ...state, queued: state.queued.filter((_, i) => i !== refused), returned: text };
    }
    case 'userMessage': {
      const { seq, text, posted } = event;
      const sent = state.queued.find((item) => posted === undefined || item.posted === posted);
      if (!sent) return add(state, { kind: 'user', seq, text });
      const { key } = sent;
      const queued = state.queued.filter((item) => item !== sent);
      return { ...state, queued, items: [...state.items, { kind: 'user', key, seq, text }] };
    }
    case 'textDelta': {
      const last = state.items.length - 1;
      const item = state.items[last];
      if (item?.kind !== 'assistant' || item.seq !== undefined) {
        return add(state, { kind: 'assistant', text: event.text });
      }
      return replace(state, last, () => ({ ...item, text: item.text + event.text }));
    }
    case 'reasoningDelta': {
      const last = state.items.length - 1;
      const item = state.items[last];
      if (item?.kind !== 'assistant' || item.seq !== undefined) {
        return add(state, { kind: 'assistant', text: '', reasoning: event.text });
      }
      return replace(state, last, () => ({ ...item, reasoning: (item.reasoning ?? '') + event.text }));
    }
    case 'assistantMessage': {
      const { seq, text, reasoning, cut } = event;
      const streaming = state.items.findLastIndex(isStreaming);
      // A message that only calls functions has nothing to show.
      if (text === '' && reasoning === undefined) return streaming < 0 ? state : remove(state, streaming);
      const message = {
        kind: 'assistant',
        seq,
        text,
        ...(reasoning === undefined ? {} : { reasoning }),
        ...(cut === undefined ? {} : { cut }),
      } as const;
      return streaming < 0
        ? add(state, message)
        : replace(state, streaming, (item) => ({ ...message, key: item.key }));
    }
    case 'callStarted':
      return add(state, {
        kind: 'call',
        callId: event.callId,
        name: event.name,
        arguments: event.arguments,
      });
    case 'callProgress': {
      const index = state.items.findLastIndex((item) => isRunningCall(item, event.callId));
      if (index < 0) return state;
      return replace(state, index, (item) => ({ ...item, progress: event.text }) as CallItem);
    }
    case 'callFinished': {
      const { type: _, callId, name, ...outcome } = event;
      const index = state.items.findLastIndex((item) => isRunningCall(item, callId));
      return index < 0
        ? add(state, { kind: 'call', callId, name, arguments: '{}', outcome })
        : replace(state, index, (item) => ({ ...item, outcome }) as CallItem);
    }
    case 'notice':
      return add(state, {
        kind: 'notice',
        notice: event.kind,
        text: event.text,
        ...(event.detail === undefined ? {} : { detail: event.detail }),
      });
    case 'checkpoint':
      return addCheckpoint(state, event);
    case 'turnEnded':
      return endTurn(state, event);
    case 'spent':
      return { ...add(state, { kind: 'spent', spent: event.turn }), spent: event.session };
    case 'gauge':
      return { ...state, gauge: event.gauge };
    case 'approvals':
      return { ...state, approvals: event.cards };
    case 'backgroundCommands':
      return { ...state, background: event.commands };
    case 'model':
      return { ...state, model: event.model };
    case 'plan':
      return { ...state, plan: event.plan };
    case 'mode':
      return { ...state, mode: event.mode };
    case 'changes':
      return { ...state, changes: event.files };
  }
}

/** Before the calls of the step that is about to edit: these are shown already. */
function addCheckpoint(state: Transcript, event: ChatEvent & { type: 'checkpoint' }): Transcript {
  const { type: kind, ...checkpoint } = event;
  const at = state.items.findLastIndex((item) => item.kind !== 'call' || item.outcome !== undefined) + 1;
  const item = { kind, key: String(state.added), ...checkpoint };
  return { ...state, items: state.items.toSpliced(at, 0, item), added: state.added + 1 };
}

function endTurn(state: Transcript, event: ChatEvent & { type: 'turnEnded' }): Transcript {
  const { reason, message, errorKind } = event;
  const items = state.items.filter((item) => !isStreaming(item));
  const ended = { ...state, items, running: false };
  if (reason === 'done') return ended;
  return add(ended, {
    kind: 'end',
    reason,
    ...(message === undefined ? {} : { message }),
    ...(errorKind === undefined ? {} : { errorKind }),
  });
}

/** Whether the host has not said yet that it has the message. */
export function isUnrecorded(item: UserItem): boolean {
  return item.posted === undefined;
}

/** @returns what the person asked, oldest first */
export function questions(items: readonly ChatItem[]): string[] {
  return items.flatMap((item) => (item.kind === 'user' ? [item.text] : []));
}

/** @returns what the person asked last */
export function lastQuestion(items: readonly ChatItem[]): string | undefined {
  return items.findLast((item) => item.kind === 'user')?.text;
}

/** @returns the answer that stands last, after the last question */
export function lastAnswer(items: readonly ChatItem[]): ChatItem | undefined {
  return items.findLast((item) => item.kind === 'user' || (item.kind === 'assistant' && item.text !== ''));
}

/** @returns the `data-anchor` of the message with that sequence number, or of the last one before it */
export function anchorBefore(items: readonly ChatItem[], seq: number): string | undefined {
  const before = items.findLast(
    (item) =>
      (item.kind === 'user' || item.kind === 'assistant') && (item.seq ?? Number.POSITIVE_INFINITY) <= seq,
  );
  return before && 'seq' in before ? `message-${before.seq}` : undefined;
}

/** Whether an item at the end already moves: text that streams in, a call that runs. */
export function showsProgress(last: ChatItem | undefined): boolean {
  return last?.kind === 'call' ? !last.outcome : last?.kind === 'assistant' && last.seq === undefined;
}

function isStreaming(item: ChatItem): item is AssistantItem {
  return item.kind === 'assistant' && item.seq === undefined;
}

function enqueue(state: Transcript, item: Omit<UserItem, 'kind' | 'key'>): Transcript {
  const key = String(state.added);
  return { ...state, queued: [...state.queued, { kind: 'user', key, ...item }], added: state.added + 1 };
}

function isRunningCall(item: ChatItem, callId: string): boolean {
  return item.kind === 'call' && item.callId === callId && !item.outcome;
}

type Keyless<Item> = Item extends ChatItem ? Omit<Item, 'key'> : never;

function add(state: Transcript, item: Keyless<ChatItem>): Transcript {
  const key = String(state.added);
  return { ...state, items: [...state.items, { ...item, key } as ChatItem], added: state.added + 1 };
}

function replace(state: Transcript, index: number, change: (item: ChatItem) => ChatItem): Transcript {
  return { ...state, items: state.items.map((item, i) => (i === index ? change(item) : item)) };
}

function remove(state: Transcript, index: number): Transcript {
  return { ...state, items: state.items.filter((_, i) => i !== index) };
}

/** What the chat panel shows, folded from the host's events. Items are replaced, never changed: identity means "same". */
import type {
  ChatEvent,
  ChatState,
  Fault,
  Gauge,
  ModelInfo,
  NoticeKind,
  Place,
  TurnEndReason,
} from '../protocol';

export interface UserItem {
  readonly kind: 'user';
  readonly key: string;
  /** Missing until the message is in the session log. */
  readonly seq?: number;
  readonly text: string;
}

export interface AssistantItem {
  readonly kind: 'assistant';
  readonly key: string;
  /** Missing while the text streams in. */
  readonly seq?: number;
  readonly text: string;
  readonly cut?: 'cancelled' | 'length' | 'error';
}

export interface CallItem {
  readonly kind: 'call';
  readonly key: string;
  readonly callId: string;
  readonly name: string;
  readonly arguments: string;
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
}

/** How a turn ended, when there is something to say about it. */
export interface EndItem {
  readonly kind: 'end';
  readonly key: string;
  readonly reason: Exclude<TurnEndReason, 'done'>;
  readonly message?: string;
  readonly errorKind?: string;
}

export type ChatItem = UserItem | AssistantItem | CallItem | NoticeItem | EndItem;

export interface Transcript {
  readonly session: string;
  readonly items: readonly ChatItem[];
  readonly running: boolean;
  readonly gauge: Gauge | undefined;
  readonly model: ModelInfo;
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
    running: false,
    gauge: undefined,
    model: { label: '', offline: false },
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
    case 'submitted':
      return { ...add(state, { kind: 'user', text: event.text }), running: true, returned: undefined };
    case 'turnStarted':
      return { ...state, running: true };
    case 'userMessage': {
      const { seq, text } = event;
      const pending = state.items.findLastIndex(isPending);
      return pending < 0
        ? add(state, { kind: 'user', seq, text })
        : replace(state, pending, (item) => ({ kind: 'user', key: item.key, seq, text }));
    }
    case 'textDelta': {
      const last = state.items.length - 1;
      const item = state.items[last];
      if (item?.kind !== 'assistant' || item.seq !== undefined) {
        return add(state, { kind: 'assistant', text: event.text });
      }
      return replace(state, last, () => ({ ...item, text: item.text + event.text }));
    }
    case 'assistantMessage': {
      const { seq, text, cut } = event;
      const streaming = state.items.findLastIndex(isStreaming);
      // A message that only calls functions has nothing to show.
      if (text === '') return streaming < 0 ? state : remove(state, streaming);
      const message = { kind: 'assistant', seq, text, ...(cut === undefined ? {} : { cut }) } as const;
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
    case 'callFinished': {
      const { type: _, callId, name, ...outcome } = event;
      const index = state.items.findLastIndex(
        (item) => item.kind === 'call' && item.callId === callId && !item.outcome,
      );
      return index < 0
        ? add(state, { kind: 'call', callId, name, arguments: '{}', outcome })
        : replace(state, index, (item) => ({ ...item, outcome }) as CallItem);
    }
    case 'notice':
      return add(state, { kind: 'notice', notice: event.kind, text: event.text });
    case 'turnEnded':
      return endTurn(state, event);
    case 'gauge':
      return { ...state, gauge: event.gauge };
    case 'model':
      return { ...state, model: event.model };
  }
}

function endTurn(state: Transcript, event: ChatEvent & { type: 'turnEnded' }): Transcript {
  const { reason, message, errorKind } = event;
  const unrecorded = state.items.find(isPending);
  const items = state.items.filter((item) => !isPending(item) && !isStreaming(item));
  const ended = { ...state, items, running: false, returned: unrecorded?.text };
  if (reason === 'done') return ended;
  return add(ended, {
    kind: 'end',
    reason,
    ...(message === undefined ? {} : { message }),
    ...(errorKind === undefined ? {} : { errorKind }),
  });
}

function isPending(item: ChatItem): item is UserItem {
  return item.kind === 'user' && item.seq === undefined;
}

function isStreaming(item: ChatItem): item is AssistantItem {
  return item.kind === 'assistant' && item.seq === undefined;
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

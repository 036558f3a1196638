/** Where a session is cut for a fork: at a message, and never between a call and its result. */
import { messageAddress } from './addresses';
import type { Attachment } from './attachments';
import { UnknownAddressError } from './errors';
import { isQueueEvent, type SessionEvent } from './events';

/** The fork inherits the events of `from` up to `through`. */
export interface ForkPoint {
  readonly from: string;
  readonly through: number;
}

/** A message that was taken back. */
export interface TakenBack {
  readonly text: string;
  /** What was attached to it. */
  readonly attachments: readonly Attachment[];
}

/**
 * A fork that holds the message `seq` as its last, with the results of its calls; at the end of a turn, with its end.
 * @param events the session's lineage; its last call is answered
 * @throws UnknownAddressError when it is not a message of the session
 */
export async function forkPoint(
  session: string,
  events: AsyncIterable<SessionEvent>,
  seq: number,
): Promise<ForkPoint> {
  let open = 0;
  let found = false;
  let last: SessionEvent | undefined;
  for await (const event of events) {
    if (last) {
      if (event.type === 'turn.ended') last = event;
      // The end of a turn may come after what the person sent or changed meanwhile.
      if (!isAside(event) && !isSent(event)) break;
      continue;
    }
    if (event.type === 'message.assistant') open = event.calls.length;
    else if (event.type === 'function.result') open--;
    if (event.seq === seq) found = isQueueEvent(event);
    if (found && open === 0) last = event;
  }
  if (!last) throw noMessage(session, seq);
  return { from: last.inherited ?? session, through: last.seq };
}

/**
 * The person takes a message of theirs back: the fork ends before it. Any other message stays as the last.
 * @param events the session's lineage; its last call is answered
 * @returns with the message that was taken back
 * @throws UnknownAddressError when it is not a message of the session
 */
export async function rewindPoint(
  session: string,
  events: () => AsyncIterable<SessionEvent>,
  seq: number,
): Promise<ForkPoint & { readonly takenBack?: TakenBack }> {
  let last: SessionEvent | undefined;
  let beforeTurn: SessionEvent | undefined;
  let begins = false;
  const sent = new Map<number, readonly Attachment[]>();
  for await (const event of events()) {
    if (event.seq === seq) {
      if (event.type !== 'message.user') break;
      // A message that begins a turn takes the turn along.
      const end = begins ? beforeTurn : last;
      if (!end) break;
      const attachments = sent.get(event.posted ?? 0) ?? [];
      const takenBack = { text: event.text, attachments };
      return { from: end.inherited ?? session, through: end.seq, takenBack };
    }
    if (event.type === 'event.posted') sent.set(event.seq, event.attachments ?? []);
    // It was posted before its turn began, and is not the fork's to deliver.
    if (isSent(event)) continue;
    if (event.type === 'turn.started') {
      beforeTurn = last;
      begins = true;
    } else if (event.type !== 'interrupt' && !isAside(event)) begins = false;
    last = event;
  }
  return forkPoint(session, events(), seq);
}

/** What the person does beside the conversation, at any moment. */
function isAside({ type }: SessionEvent): boolean {
  return /^(?:note|plan)\.|^session\.renamed$|\.chosen$/.test(type);
}

/** What is recorded when something is sent, before it is delivered. */
function isSent({ type }: SessionEvent): boolean {
  return type === 'event.posted' || type === 'attachment.stored';
}

function noMessage(session: string, seq: number): UnknownAddressError {
  return new UnknownAddressError(
    `${messageAddress(session, seq)} is not a message that a session can be forked at.`,
    'Choose a message of this chat.',
  );
}

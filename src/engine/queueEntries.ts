/** Queue events as the model reads them. Rendering is a pure function of the event and its blob: replay depends on it. */
import { messageAddress } from './addresses';
import type { ChatMessage, ToolCall } from './chat';
import { cutText } from './cutText';
import type { InterruptKind, QueueEvent } from './events';
import type { EvictedPage, FilePage, PageOrigin } from './pages';
import type { BlobHash, TokenCounter } from './ports';
import { tagged } from './taggedText';

/** Own tokens a message costs beside its text (role, separators, ids). */
const MESSAGE_OVERHEAD_TOKENS = 6;

/** One entry of the FIFO queue, ready to send. */
export interface QueueEntry {
  readonly event: QueueEvent;
  readonly message: ChatMessage;
}

/** @returns the blob an event's message is rendered from, if it needs one */
export function blobOf(event: QueueEvent): BlobHash | undefined {
  if (event.type === 'function.result') return event.result;
  if (event.type === 'message.user') return event.shown;
  if (event.type === 'interrupt') return event.body;
  return undefined;
}

/**
 * @param session the one whose log holds the event
 * @param blobText text of `blobOf(event)`, when it names one
 */
export function renderEntry(session: string, event: QueueEvent, blobText: string | undefined): QueueEntry {
  return { event, message: renderMessage(session, event, blobText) };
}

function renderMessage(session: string, event: QueueEvent, blobText: string | undefined): ChatMessage {
  switch (event.type) {
    case 'message.user': {
      if (blobText === undefined) return { role: 'user', content: event.text };
      const rest = `page_in("${messageAddress(session, event.seq)}", page: ${event.nextPage}) goes on`;
      return {
        role: 'user',
        content: `${blobText}\n[message cut, ${event.text.length} characters in all; ${rest}]`,
      };
    }
    case 'message.assistant':
      if (event.calls.length === 0) return { role: 'assistant', content: event.text };
      return {
        role: 'assistant',
        content: event.text,
        toolCalls: event.calls,
        ...(event.returnsReasoning && event.reasoning !== undefined ? { reasoning: event.reasoning } : {}),
      };
    case 'function.result':
      return { role: 'tool', callId: event.callId, content: blobText ?? '' };
    case 'interrupt':
      return { role: 'user', content: interruptText(event.kind, joined(event.text, blobText)) };
  }
}

function joined(text: string, body: string | undefined): string {
  return body === undefined ? text : `${text}\n${body}`;
}

/** @returns an interrupt as the model reads it */
export function interruptText(kind: InterruptKind, text: string): string {
  return tagged('interrupt', text, ` kind="${kind}"`);
}

/** @returns what of a message is counted: its text and the calls it makes */
export function countedText(message: ChatMessage): string {
  if (message.role !== 'assistant' || !message.toolCalls) return message.content;
  const text = callsText(message.content, message.toolCalls);
  return message.reasoning === undefined ? text : `${message.reasoning}\n${text}`;
}

/** @returns an assistant's message as text: what it said and the calls it made */
export function callsText(text: string, calls: readonly ToolCall[]): string {
  return [text, ...calls.map((call) => `${call.name}\n${call.arguments}`)].join('\n');
}

/** @returns own tokens of a message whose text has `textTokens` */
export function messageTokens(textTokens: number): number {
  return textTokens + MESSAGE_OVERHEAD_TOKENS;
}

/** @returns own tokens of a message as it is counted against the budget */
export async function entryTokens(counter: TokenCounter, message: ChatMessage): Promise<number> {
  const [tokens] = await counter.count([countedText(message)]);
  return messageTokens(tokens ?? 0);
}

/**
 * Groups entries so that a call and its results are never apart: an assistant message with calls and everything up to
 * its last result is one group, every other entry is one of its own.
 */
export function groupEntries(entries: readonly QueueEntry[]): QueueEntry[][] {
  const groups: QueueEntry[][] = [];
  for (const entry of entries) {
    const group = groups.at(-1);
    if (entry.event.type === 'function.result' && group) group.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

const LABEL_CHARS = 60;

/** @returns what stubs call a range of a file */
export function fileLabel({ path, startLine, endLine }: FilePage): string {
  return `${path}:${startLine}-${endLine}`;
}

/** @returns the pages that an entry holds: file ranges where it shows any, else the result or message itself */
export function pagesOf(event: QueueEvent, session: string): EvictedPage[] {
  if (event.type === 'interrupt' && event.stored)
    return [{ ...event.stored, seq: event.seq, kind: 'tool', tokens: event.tokens }];
  const files = shownFiles(event);
  if (files.length > 0) {
    const tokens = Math.ceil(event.tokens / files.length);
    return files.map((page) => ({
      address: page.address,
      seq: event.seq,
      kind: 'file',
      tokens,
      label: fileLabel(page),
    }));
  }
  // What an edit tells belongs to the pages it has changed.
  if (event.type === 'function.result' && !event.anchors) {
    return [
      { address: event.address, seq: event.seq, kind: 'tool', tokens: event.tokens, label: event.name },
    ];
  }
  const address = messageAddress(event.inherited ?? session, event.seq);
  return [{ address, seq: event.seq, kind: 'message', tokens: event.tokens, label: messageLabel(event) }];
}

function shownFiles(event: QueueEvent): readonly FilePage[] {
  if (event.type === 'function.result') return event.pages;
  return event.type === 'interrupt' ? (event.pages ?? []) : [];
}

/** @returns who brought the pages of an entry into the window */
export function originOf(event: QueueEvent): PageOrigin {
  if (event.type === 'message.user') return 'user';
  return event.type === 'interrupt' ? (event.origin ?? 'fault') : 'fault';
}

function messageLabel(event: QueueEvent): string {
  if (event.type === 'function.result') return `result: ${event.name}`;
  const calls = event.type === 'message.assistant' ? event.calls : [];
  const text = (calls.length > 0 ? callsText(event.text, calls) : event.text).replace(/\s+/g, ' ').trim();
  const role = { 'message.user': 'user', 'message.assistant': 'assistant', interrupt: 'interrupt' }[
    event.type
  ];
  return `${role}: ${text.length > LABEL_CHARS ? `${cutText(text, LABEL_CHARS)}…` : text}`;
}

/**
 * Main context: what the model sees. A head that is frozen for an epoch (system instructions with the notes, then
 * summary and stubs) and a FIFO queue that only grows until the next epoch.
 * (Packer et al. 2023, MemGPT, section 2.1: system instructions, working context, FIFO queue.)
 */
import type { ChatMessage, FunctionSchema } from './chat';
import type { HeadTokens } from './events';
import type { ContentHasher, ModelRequest } from './ports';
import type { QueueEntry } from './queueEntries';
import { tagged } from './taggedText';

/** The head of an epoch and what its parts cost, own tokens. */
export interface Head {
  readonly messages: readonly ChatMessage[];
  readonly functions: readonly FunctionSchema[];
  readonly tokens: HeadTokens;
}

const EMPTY_HEAD: Head = { messages: [], functions: [], tokens: { system: 0, notes: 0, summary: 0 } };

export class MainContext {
  private head: Head = EMPTY_HEAD;
  private queue: QueueEntry[] = [];
  private queueTokens = 0;

  /** Starts an epoch. */
  reset(head: Head, retained: readonly QueueEntry[]): void {
    this.head = head;
    this.queue = [...retained];
    this.queueTokens = retained.reduce((sum, entry) => sum + entry.event.tokens, 0);
  }

  append(entry: QueueEntry): void {
    this.queue.push(entry);
    this.queueTokens += entry.event.tokens;
  }

  get entries(): readonly QueueEntry[] {
    return this.queue;
  }

  get functions(): readonly FunctionSchema[] {
    return this.head.functions;
  }

  /** Own tokens of the parts; `queue` includes the messages' overhead. */
  get tokens(): Required<HeadTokens> & { readonly queue: number; readonly total: number } {
    const { system, notes, summary, pages = 0 } = this.head.tokens;
    return {
      system,
      notes,
      summary,
      pages,
      queue: this.queueTokens,
      total: system + notes + summary + pages + this.queueTokens,
    };
  }

  request(maxOutputTokens: number): ModelRequest {
    return {
      messages: [...this.head.messages, ...this.queue.map((entry) => entry.message)],
      functions: this.head.functions,
      maxOutputTokens,
    };
  }
}

/**
 * The head's messages, from what changes least to what changes most.
 * @param memory summary and stubs, empty while nothing was evicted
 * @param carried pages that stay although their messages have left, empty when there are none
 */
export function headMessages(
  instructions: string,
  notes: string,
  memory: string,
  carried: string,
): ChatMessage[] {
  const messages: ChatMessage[] = [
    { role: 'system', content: `${instructions}\n\n${tagged('working_context', notes)}` },
  ];
  for (const content of [memory, carried]) if (content !== '') messages.push({ role: 'user', content });
  return messages;
}

/** @returns the SHA-256 of a request's canonical JSON, which names it in the session log */
export function requestHash(request: ModelRequest, hash: ContentHasher): string {
  return hash(canonicalRequest(request));
}

/** @returns the request as JSON with a fixed key order */
export function canonicalRequest(request: ModelRequest): string {
  return JSON.stringify({
    functions: request.functions,
    messages: request.messages,
    maxOutputTokens: request.maxOutputTokens,
  });
}

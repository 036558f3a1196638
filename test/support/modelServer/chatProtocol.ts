/** The part of the chat completions protocol that the server speaks, and what a policy may know: the request, nothing else. */

interface ChatToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface ChatRequestMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string | null;
  readonly tool_calls?: readonly ChatToolCall[];
  readonly tool_call_id?: string;
  readonly reasoning_content?: string;
}

interface ChatTool {
  readonly type: 'function';
  readonly function: { readonly name: string; readonly description?: string; readonly parameters?: unknown };
}

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatRequestMessage[];
  readonly tools?: readonly ChatTool[];
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly temperature?: number;
  readonly reasoning_effort?: string;
}

export interface PolicyCall {
  readonly name: string;
  readonly arguments: unknown;
}

export interface PolicyReply {
  readonly text?: string;
  /** What the “model” thinks before it answers. */
  readonly reasoning?: string;
  readonly calls?: readonly PolicyCall[];
}

/** What the “model” does with a request. It may use only what is in the request. */
export type Policy = (request: ChatRequest) => PolicyReply | Promise<PolicyReply>;

/** How the server tells what was thought: a field of its own, or a part of the text between tags. */
export type ReasoningField = 'reasoning_content' | 'reasoning' | 'think';

/** A reply as it goes out: arguments are JSON text, which a fault may have spoilt. */
export interface Completion {
  readonly text: string;
  readonly reasoning?: { readonly field: ReasoningField; readonly text: string };
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
  readonly finishReason: 'stop' | 'tool_calls' | 'length';
  readonly usage: Usage;
}

interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

/** Whether a request asks for a summary: in a request made for it (no functions), or at the end of the chat itself. */
export function asksForSummary({ messages, tools }: ChatRequest): boolean {
  if (!tools?.length) return /summar/i.test(messages[0]?.content ?? '');
  return messages.at(-1)?.content?.startsWith('<write_summary>') ?? false;
}

/** Turns a `ModelRequest` into the body of a chat completion. Deterministic: the same request gives the same bytes. */
import type OpenAI from 'openai';
import type { ChatMessage, FunctionSchema, ToolCall } from '../engine/chat';
import type { ModelRequest } from '../engine/ports';
import { callsText } from '../engine/queueEntries';

/** What an endpoint was found not to understand; learnt from its first refusal and kept. */
export interface Dialect {
  readonly streamOptions: boolean;
  readonly outputLimit: 'max_tokens' | 'max_completion_tokens';
  /** Missing where none is set, or it was refused. */
  readonly reasoningEffort?: string;
  readonly temperature?: number;
  /** Whether what was thought before calls is sent back. */
  readonly returnsReasoning: boolean;
}

export type StreamingBody = OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming;

/** Messages are mapped one to one; properties are always written in the same order. */
export function requestBody(model: string, request: ModelRequest, dialect: Dialect): StreamingBody {
  return {
    model,
    ...(request.functions.length > 0 && { tools: request.functions.map(tool) }),
    messages: request.messages.map((entry) => message(entry, request.functions.length > 0, dialect)),
    stream: true,
    ...(dialect.streamOptions && { stream_options: { include_usage: true } }),
    [dialect.outputLimit]: request.maxOutputTokens,
    ...(dialect.temperature !== undefined && { temperature: dialect.temperature }),
    // Endpoints have more levels than the client library knows.
    ...(dialect.reasoningEffort !== undefined && {
      reasoning_effort: dialect.reasoningEffort as OpenAI.ReasoningEffort,
    }),
  };
}

function tool({ name, description, parameters }: FunctionSchema): OpenAI.Chat.ChatCompletionFunctionTool {
  return { type: 'function', function: { name, description, parameters } };
}

/** @param calls whether the request has functions: without them past calls are told as text, since models that cannot call refuse calls */
function message(
  entry: ChatMessage,
  calls: boolean,
  { returnsReasoning }: Dialect,
): OpenAI.Chat.ChatCompletionMessageParam {
  switch (entry.role) {
    case 'system':
    case 'user':
      return { role: entry.role, content: entry.content };
    case 'tool':
      if (!calls) return { role: 'user', content: `[result of the call]\n${entry.content}` };
      return { role: 'tool', tool_call_id: entry.callId, content: entry.content };
    case 'assistant':
      if (!entry.toolCalls || entry.toolCalls.length === 0)
        return { role: 'assistant', content: entry.content };
      if (!calls) return { role: 'assistant', content: callsText(entry.content, entry.toolCalls) };
      return {
        role: 'assistant',
        // Some servers refuse empty text, all take null beside calls.
        content: entry.content === '' ? null : entry.content,
        // Not a field of OpenAI's: DeepSeek and Moonshot refuse calls without it, even when nothing was thought.
        ...(returnsReasoning && { reasoning_content: entry.reasoning ?? '' }),
        tool_calls: entry.toolCalls.map((call) => ({
          id: call.id,
          type: 'function',
          function: { name: call.name, arguments: validArguments(call) },
        })),
      };
  }
}

/**
 * Servers that parse the arguments of past calls (Ollama, vLLM) refuse every later request once a model wrote invalid JSON.
 * The model still sees what it wrote, wrapped, and the error that answered it.
 */
function validArguments(call: ToolCall): string {
  try {
    const value: unknown = JSON.parse(call.arguments);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return call.arguments;
  } catch {
    // falls through to the wrapped form
  }
  return JSON.stringify({ invalid_arguments: call.arguments });
}

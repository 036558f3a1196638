/** Turns a `ModelRequest` into the body of a chat completion. Deterministic: the same request gives the same bytes. */
import type OpenAI from 'openai';
import type { ChatMessage, FunctionSchema, ToolCall } from '../engine/chat';
import type { ModelRequest } from '../engine/ports';

/** What an endpoint was found not to understand; learnt from its first refusal and kept. */
export interface Dialect {
  readonly streamOptions: boolean;
  readonly outputLimit: 'max_tokens' | 'max_completion_tokens';
}

export type StreamingBody = OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming;

/** Messages are mapped one to one; properties are always written in the same order. */
export function requestBody(model: string, request: ModelRequest, dialect: Dialect): StreamingBody {
  return {
    model,
    ...(request.functions.length > 0 && { tools: request.functions.map(tool) }),
    messages: request.messages.map(message),
    stream: true,
    ...(dialect.streamOptions && { stream_options: { include_usage: true } }),
    [dialect.outputLimit]: request.maxOutputTokens,
  };
}

function tool({ name, description, parameters }: FunctionSchema): OpenAI.Chat.ChatCompletionFunctionTool {
  return { type: 'function', function: { name, description, parameters } };
}

function message(entry: ChatMessage): OpenAI.Chat.ChatCompletionMessageParam {
  switch (entry.role) {
    case 'system':
    case 'user':
      return { role: entry.role, content: entry.content };
    case 'tool':
      return { role: 'tool', tool_call_id: entry.callId, content: entry.content };
    case 'assistant':
      if (!entry.toolCalls || entry.toolCalls.length === 0)
        return { role: 'assistant', content: entry.content };
      return {
        role: 'assistant',
        // Some servers refuse empty text, all take null beside calls.
        content: entry.content === '' ? null : entry.content,
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

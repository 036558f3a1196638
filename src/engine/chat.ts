/** The engine's own message shapes: what a `LanguageModel` is asked and what it answers. Provider-neutral. */

/** A function call as the model wrote it. `arguments` is the raw JSON text, not yet parsed or validated. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

export type ChatMessage =
  | { readonly role: 'system'; readonly content: string }
  | { readonly role: 'user'; readonly content: string }
  | {
      readonly role: 'assistant';
      readonly content: string;
      readonly toolCalls?: readonly ToolCall[];
      /** What it thought before the calls, where the provider wants that back. */
      readonly reasoning?: string;
    }
  | { readonly role: 'tool'; readonly callId: string; readonly content: string };

/** JSON Schema of a function's arguments, as sent to the model. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface FunctionSchema {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
}

export interface TokenUsage {
  /** Tokens of the whole prompt as the provider counted them, schemas included. */
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** The part of `promptTokens` the provider served from its prefix cache, when it says so. */
  readonly cachedTokens?: number;
}

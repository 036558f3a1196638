/** Helpers for tests of language models. */
import type { ToolCall } from '../../src/engine/chat';
import type { LanguageModel, ModelEvent, ModelRequest } from '../../src/engine/ports';

export interface Collected {
  readonly text: string;
  readonly textEvents: number;
  readonly calls: readonly ToolCall[];
  readonly finish: Extract<ModelEvent, { type: 'finish' }> | undefined;
  /** What the stream threw after these events. */
  readonly error: unknown;
}

/** Reads a stream to its end or its error. */
export async function collect(
  model: LanguageModel,
  request: ModelRequest,
  signal = new AbortController().signal,
): Promise<Collected> {
  const events: ModelEvent[] = [];
  let error: unknown;
  try {
    for await (const event of model.stream(request, signal)) events.push(event);
  } catch (thrown) {
    error = thrown;
  }
  const texts = events.filter((event) => event.type === 'text');
  return {
    text: texts.map((event) => event.text).join(''),
    textEvents: texts.length,
    calls: events.filter((event) => event.type === 'toolCall').map((event) => event.call),
    finish: events.find((event) => event.type === 'finish'),
    error,
  };
}

/** A request with one user message. */
export function ask(question: string, functions: ModelRequest['functions'] = []): ModelRequest {
  return {
    messages: [
      { role: 'system', content: 'You are a test.' },
      { role: 'user', content: question },
    ],
    functions,
    maxOutputTokens: 256,
  };
}

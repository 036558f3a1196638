/** A completion as the server sends it: the events of a stream, or one JSON document. */
import type { Completion } from './chatProtocol';

const TEXT_FRAGMENT = /[\s\S]{1,16}/gu;
const ARGUMENT_FRAGMENT = /[\s\S]{1,7}/gu;

/** The JSON documents of the stream in order, without the closing `[DONE]`; calls are cut into fragments as OpenAI does. */
export function streamEvents(completion: Completion, model: string, includeUsage: boolean): unknown[] {
  const chunk = (delta: unknown, finish: string | null = null) => ({
    ...head(model, 'chat.completion.chunk'),
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const events: unknown[] = [chunk({ role: 'assistant', content: '' })];
  const { field, text: thought } = completion.reasoning ?? { field: 'think', text: '' };
  const text =
    thought && field === 'think' ? `<think>\n${thought}\n</think>\n\n${completion.text}` : completion.text;
  if (field !== 'think')
    for (const part of thought.match(TEXT_FRAGMENT) ?? []) events.push(chunk({ [field]: part }));
  for (const content of text.match(TEXT_FRAGMENT) ?? []) events.push(chunk({ content }));
  completion.calls.forEach(({ id, name, arguments: text }, index) => {
    events.push(chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }));
    for (const fragment of text.match(ARGUMENT_FRAGMENT) ?? []) {
      events.push(chunk({ tool_calls: [{ index, function: { arguments: fragment } }] }));
    }
  });
  events.push(chunk({}, completion.finishReason));
  if (includeUsage)
    events.push({ ...head(model, 'chat.completion.chunk'), choices: [], usage: completion.usage });
  return events;
}

export function wholeCompletion(completion: Completion, model: string): unknown {
  const calls = completion.calls.map(({ id, name, arguments: text }) => ({
    id,
    type: 'function',
    function: { name, arguments: text },
  }));
  return {
    ...head(model, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: completion.text === '' ? null : completion.text,
          ...(calls.length > 0 && { tool_calls: calls }),
        },
        finish_reason: completion.finishReason,
      },
    ],
    usage: completion.usage,
  };
}

function head(model: string, object: string) {
  return { id: 'chatcmpl-test', object, created: 0, model };
}

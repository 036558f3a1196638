/** What a policy sees of a conversation. */
import type { ChatRequest, ChatRequestMessage } from '../../../support/modelServer/chatProtocol';

export interface MadeCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Empty while there is none. */
  readonly result: string;
}

/** What the person asked last (interrupts come in the user role as well), and the calls made for it since. */
export function currentTurn(request: ChatRequest): {
  readonly question: string;
  readonly calls: readonly MadeCall[];
} {
  const at = request.messages.findLastIndex(isFromPerson);
  const since = request.messages.slice(at + 1);
  const results = new Map(since.map((message) => [message.tool_call_id, message.content ?? '']));
  const calls = since.flatMap((message) =>
    (message.tool_calls ?? []).map((call) => ({
      name: call.function.name,
      arguments: JSON.parse(call.function.arguments) as Record<string, unknown>,
      result: results.get(call.id) ?? '',
    })),
  );
  return { question: request.messages[at]?.content ?? '', calls };
}

/** Whether the request offers a function: small windows get some only. */
export function offers(request: ChatRequest, name: string): boolean {
  return request.tools?.some((tool) => tool.function.name === name) ?? false;
}

/** All text of the window, a message after the other. */
export function windowText(request: ChatRequest): string {
  return request.messages.map((message) => message.content ?? '').join('\n');
}

function isFromPerson({ role, content }: ChatRequestMessage): boolean {
  return role === 'user' && !/^<(interrupt|summary|evicted|resident)/.test(content ?? '');
}

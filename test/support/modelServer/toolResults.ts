import type { ModelServer } from './startModelServer';

/** @returns the results of the last turn's calls, as the model got them */
export function toolResults(server: ModelServer): string[] {
  const messages = server.requests.at(-1)?.body.messages ?? [];
  const asked = messages.findLastIndex((m) => m.role === 'user' && !m.content?.startsWith('<interrupt'));
  return messages
    .slice(asked)
    .filter((m) => m.role === 'tool')
    .map((m) => m.content ?? '');
}

/** What tests of the engine look at: requests and their parts. */
import { expect } from 'vitest';
import type { ChatMessage } from '../../src/engine/chat';
import type { EventOf, SessionEventBody } from '../../src/engine/events';
import type { MemoryWorld } from './memoryPorts';

/** A file's text: so many numbered lines. */
export function numbered(prefix: string, lines: number): string {
  return Array.from({ length: lines }, (_, i) => `${prefix} line ${i + 1} with some words in it\n`).join('');
}

/** What the results of calls say. */
export function toolTexts(messages: readonly ChatMessage[]): string[] {
  return messages.filter((message) => message.role === 'tool').map((message) => message.content);
}

/** A call and its results are never apart. */
export function expectPaired(messages: readonly ChatMessage[]): void {
  let open: string[] = [];
  for (const message of messages) {
    if (message.role === 'tool') {
      expect(open).toContain(message.callId);
      open = open.filter((id) => id !== message.callId);
      continue;
    }
    expect(open).toEqual([]);
    if (message.role === 'assistant') open = (message.toolCalls ?? []).map((call) => call.id);
  }
  expect(open).toEqual([]);
}

/** Everything the model was ever shown is behind its address, byte for byte. */
export async function expectAllStored(
  world: MemoryWorld,
  stored: (address: string) => Promise<string>,
): Promise<void> {
  const session = world.log.sessionId;
  for (const event of world.log.events) {
    if (event.type === 'function.result') {
      expect(await stored(event.address)).toBe(await world.blobs.get(event.whole ?? event.result));
      for (const page of event.pages)
        expect(await stored(page.address)).toBe(await world.blobs.get(page.source));
    } else if (event.type === 'message.user')
      expect(await stored(`msg:${session}/${event.seq}`)).toBe(event.text);
    else if (event.type === 'epoch.started')
      for (const page of event.evicted) expect((await stored(page.address)).length).toBeGreaterThan(0);
  }
}

/** The events of one type in a session's log. */
export function eventsOf<T extends SessionEventBody['type']>(world: MemoryWorld, type: T): EventOf<T>[] {
  return world.log.events.filter((event): event is EventOf<T> => event.type === type);
}

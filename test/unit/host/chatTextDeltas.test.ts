import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TextDeltaBatcher } from '../../../src/host/chatTextDeltas';
import type { ChatHostEvent } from '../../../src/webview/protocol';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function batcher() {
  const posted: ChatHostEvent[] = [];
  return { posted, events: new TextDeltaBatcher((event) => posted.push(event)) };
}

it('joins text that arrives together', () => {
  const { posted, events } = batcher();
  for (const text of ['a', 'b', 'c']) events.add({ type: 'textDelta', text });
  expect(posted).toEqual([]);
  vi.advanceTimersByTime(50);
  expect(posted).toEqual([{ type: 'textDelta', text: 'abc' }]);
  vi.advanceTimersByTime(1000);
  expect(posted).toHaveLength(1);
});

it('keeps the order: other events push the text out first', () => {
  const { posted, events } = batcher();
  events.add({ type: 'textDelta', text: 'a' });
  events.add({ type: 'turnEnded', reason: 'done' });
  expect(posted).toEqual([
    { type: 'textDelta', text: 'a' },
    { type: 'turnEnded', reason: 'done' },
  ]);
});

it('forgets text that the receiver gets in the transcript', () => {
  const { posted, events } = batcher();
  events.add({ type: 'textDelta', text: 'a' });
  events.discard();
  vi.advanceTimersByTime(1000);
  expect(posted).toEqual([]);
});

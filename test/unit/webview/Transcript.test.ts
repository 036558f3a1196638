import { describe, expect, it } from 'vitest';
import {
  applyEvent,
  emptyTranscript,
  type LocalEvent,
  loadTranscript,
} from '../../../src/webview/chat/Transcript';
import type { ChatEvent } from '../../../src/webview/protocol';

function after(...events: (ChatEvent | LocalEvent)[]) {
  return events.reduce(applyEvent, emptyTranscript());
}

const started: ChatEvent = { type: 'callStarted', callId: 'c1', name: 'grep', arguments: '{}' };
const finished: ChatEvent = {
  type: 'callFinished',
  callId: 'c1',
  name: 'grep',
  address: 'tool:s/1',
  tokens: 3,
  isError: false,
  places: [],
  ms: 1,
};

describe('what the person sends', () => {
  it('shows at once and becomes the recorded message, without a mark while it starts a turn', () => {
    const sent = after({ type: 'submitted', text: 'hi' }, { type: 'messageQueued', posted: 5, text: 'hi' });
    expect(sent).toMatchObject({
      running: true,
      items: [],
      queued: [{ text: 'hi', posted: 5, waits: false }],
    });
    const recorded = applyEvent(sent, { type: 'userMessage', seq: 7, text: 'hi', posted: 5 });
    expect(recorded.items).toEqual([{ kind: 'user', key: '0', seq: 7, text: 'hi' }]);
    expect(recorded.queued).toEqual([]);
  });

  it('waits after everything else while a turn runs, and takes its place when it is delivered', () => {
    const waiting = after(
      { type: 'submitted', text: 'one' },
      { type: 'messageQueued', posted: 1, text: 'one' },
      { type: 'userMessage', seq: 3, text: 'one', posted: 1 },
      { type: 'submitted', text: 'two' },
      { type: 'submitted', text: 'three' },
      { type: 'messageQueued', posted: 4, text: 'two' },
      { type: 'textDelta', text: 'I' },
      { type: 'messageQueued', posted: 5, text: 'three' },
      { type: 'textDelta', text: ' see' },
    );
    expect(waiting.items.map((item) => ('text' in item ? item.text : ''))).toEqual(['one', 'I see']);
    expect(waiting.queued).toMatchObject([
      { text: 'two', posted: 4, waits: true },
      { text: 'three', posted: 5, waits: true },
    ]);
    const delivered = [
      { type: 'assistantMessage', seq: 6, text: 'I see' },
      { type: 'turnEnded', reason: 'cancelled' },
      { type: 'turnStarted' },
      { type: 'userMessage', seq: 9, text: 'three', posted: 5 },
    ] as const;
    const then = delivered.reduce(applyEvent, waiting);
    expect(then.items.map(({ kind }) => kind)).toEqual(['user', 'assistant', 'end', 'user']);
    expect(then.queued).toMatchObject([{ text: 'two', posted: 4 }]);
  });

  it('is queued still when a session is loaded that has it undelivered', () => {
    expect(after({ type: 'messageQueued', posted: 4, text: 'two' }).queued).toMatchObject([{ waits: true }]);
  });

  it('comes back when it could not be recorded', () => {
    const failed = after(
      { type: 'submitted', text: 'hi' },
      { type: 'messageRefused', text: 'hi' },
      { type: 'turnEnded', reason: 'error', message: 'disk full', errorKind: 'JournalError' },
    );
    expect(failed.returned).toBe('hi');
    expect(failed.queued).toEqual([]);
    expect(failed.items).toMatchObject([{ kind: 'end', errorKind: 'JournalError' }]);
  });

  it('does not come back when the turn before it fails', () => {
    const failed = after(
      { type: 'submitted', text: 'hi' },
      { type: 'userMessage', seq: 7, text: 'hi' },
      { type: 'submitted', text: 'more' },
      { type: 'turnEnded', reason: 'error' },
    );
    expect(failed.returned).toBeUndefined();
    expect(failed.items.map(({ kind }) => kind)).toEqual(['user', 'end']);
    expect(failed.queued).toMatchObject([{ text: 'more' }]);
  });
});

describe('what the model answers', () => {
  it('grows in one item and is replaced by the record, under the same key', () => {
    const streamed = after({ type: 'textDelta', text: 'a' }, { type: 'textDelta', text: 'b' });
    expect(streamed.items).toMatchObject([{ kind: 'assistant', text: 'ab' }]);
    const recorded = applyEvent(streamed, { type: 'assistantMessage', seq: 9, text: 'abc', cut: 'length' });
    expect(recorded.items).toEqual([{ kind: 'assistant', key: '0', seq: 9, text: 'abc', cut: 'length' }]);
  });

  it('begins a new item after a recorded one', () => {
    const { items } = after(
      { type: 'assistantMessage', seq: 1, text: 'a' },
      { type: 'textDelta', text: 'b' },
    );
    expect(items).toMatchObject([{ text: 'a', seq: 1 }, { text: 'b' }]);
  });

  it('shows nothing for a message that only calls functions', () => {
    expect(after({ type: 'assistantMessage', seq: 1, text: '' }).items).toEqual([]);
  });
});

describe('function calls', () => {
  it('get their outcome when they finish, whatever came between', () => {
    const { items } = after(
      started,
      { ...started, callId: 'c2' } as ChatEvent,
      { type: 'notice', kind: 'evicted', text: 'x' },
      finished,
    );
    expect(items[0]).toMatchObject({ callId: 'c1', outcome: { tokens: 3, address: 'tool:s/1' } });
    expect(items[1]).not.toHaveProperty('outcome');
  });

  it('leave the items beside them as they are', () => {
    const before = after({ type: 'userMessage', seq: 1, text: 'q' }, started);
    expect(applyEvent(before, finished).items[0]).toBe(before.items[0]);
  });

  it('show even when their start is missing', () => {
    expect(after(finished).items).toMatchObject([{ kind: 'call', outcome: { tokens: 3 } }]);
  });
});

describe('turns', () => {
  it('run from start to end', () => {
    expect(after({ type: 'turnStarted' }).running).toBe(true);
    expect(after({ type: 'turnStarted' }, { type: 'turnEnded', reason: 'done' }).running).toBe(false);
  });

  it('say nothing when they end well', () => {
    expect(after({ type: 'turnEnded', reason: 'done' }).items).toEqual([]);
    expect(after({ type: 'turnEnded', reason: 'interrupted' }).items).toMatchObject([{ kind: 'end' }]);
  });
});

it('loads a session to the same items that its events made', () => {
  const events: ChatEvent[] = [{ type: 'userMessage', seq: 1, text: 'q' }, started, finished];
  const loaded = loadTranscript({
    session: 's',
    folderIsOpen: true,
    model: { label: 'm', offline: false },
    events,
  });
  expect(loaded.items).toEqual(after(...events).items);
  expect(loaded).toMatchObject({ session: 's', model: { label: 'm' } });
});

it('shows what a call does while it runs, in its row', () => {
  const running = after(started, { type: 'callProgress', callId: 'c1', text: 's.1 · 2 of 20 calls' });
  expect(running.items).toMatchObject([{ kind: 'call', callId: 'c1', progress: 's.1 · 2 of 20 calls' }]);
  const ended = after(started, finished, { type: 'callProgress', callId: 'c1', text: 'late' });
  expect(ended).toEqual(after(started, finished));
});

it('marks a checkpoint before the calls of the step that edits', () => {
  const state = after(
    { type: 'userMessage', seq: 1, text: 'do' },
    started,
    finished,
    { ...started, callId: 'c2' },
    { ...started, callId: 'c3' },
    { type: 'checkpoint', seq: 9 },
    { ...finished, callId: 'c2' },
  );
  expect(state.items.map((item) => ('callId' in item ? item.callId : item.kind))).toEqual([
    'user',
    'c1',
    'checkpoint',
    'c2',
    'c3',
  ]);
  expect(new Set(state.items.map(({ key }) => key)).size).toBe(5);
});

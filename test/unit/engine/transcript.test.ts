import { expect, it } from 'vitest';
import type { SessionEvent, SessionEventBody } from '../../../src/engine/events';
import { outputOf } from '../../../src/engine/transcript';

const shown = (body: SessionEventBody) => outputOf({ ...body, at: 0, seq: 4 } as SessionEvent);

it('shows a message, then the calls it makes', () => {
  const calls = [{ id: 'call_1', name: 'grep', arguments: '{}' }];
  expect(
    shown({ type: 'message.assistant', turn: 1, text: 'Looking.', calls, tokens: 5, cut: 'length' }),
  ).toEqual([
    { type: 'assistantMessage', seq: 4, turn: 1, text: 'Looking.', cut: 'length' },
    { type: 'callStarted', callId: 'call_1', name: 'grep', arguments: '{}' },
  ]);
});

it('shows the whole of what the person wrote, also when the model was shown a part', () => {
  expect(
    shown({ type: 'message.user', turn: 1, text: 'all of it', shown: 'hash', nextPage: 2, tokens: 3 }),
  ).toEqual([{ type: 'userMessage', seq: 4, turn: 1, text: 'all of it' }]);
});

it('shows the end of a call and of a turn with what is needed to act on it', () => {
  const result = {
    type: 'function.result',
    turn: 1,
    callId: 'call_1',
    name: 'grep',
    address: 'tool:s/1',
    result: 'h',
    tokens: 9,
    isError: true,
    pages: [],
    ms: 2,
  } as const;
  expect(shown(result)).toEqual([
    {
      type: 'callFinished',
      callId: 'call_1',
      name: 'grep',
      address: 'tool:s/1',
      tokens: 9,
      isError: true,
      pages: [],
      ms: 2,
    },
  ]);
  expect(shown({ type: 'turn.ended', turn: 1, reason: 'error', message: 'No.', errorKind: 'auth' })).toEqual([
    { type: 'turnEnded', turn: 1, reason: 'error', message: 'No.', errorKind: 'auth' },
  ]);
});

it('shows an epoch when pages left, and nothing of the engine’s own business', () => {
  const epoch = {
    type: 'epoch.started',
    epoch: 2,
    reason: 'highWatermark',
    model: 'm',
    budget: 1,
    head: 'h',
    headTokens: { system: 1, notes: 1, summary: 1 },
    functions: 'f',
    summary: null,
    summaryBy: 'none',
    notesThrough: 0,
    retained: [],
    tokensBefore: 1,
    tokensAfter: 1,
  } as const;
  const page = { address: 'msg:s/1', seq: 1, kind: 'message', label: 'x' } as const;
  expect(shown({ ...epoch, evicted: [] })).toEqual([]);
  expect(
    shown({
      ...epoch,
      evicted: [
        { ...page, tokens: 3 },
        { ...page, tokens: 4 },
      ],
    }),
  ).toEqual([
    {
      type: 'evicted',
      epoch: 2,
      reason: 'highWatermark',
      pages: 2,
      tokens: 7,
      tokensBefore: 1,
      tokensAfter: 1,
    },
  ]);
  expect(shown({ type: 'page.stale', address: 'x', reason: 'y' })).toEqual([]);
  expect(shown({ type: 'request.failed', kind: 'summary', message: 'y' })).toEqual([]);
});

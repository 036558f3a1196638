import { describe, expect, it } from 'vitest';
import type { OutputEvent } from '../../../src/engine/OutputBuffer';
import { chatEventOf, chatEventsOf } from '../../../src/host/chatMessages';

const gauge = (queue: number): OutputEvent => ({
  type: 'gauge',
  gauge: {
    system: 1.4,
    notes: 0,
    summary: 0,
    pages: 2.6,
    queue,
    free: 90.6,
    budget: 100,
    window: 8192,
    windowSource: 'assumed',
    limit: 79.6,
    hitRatio: 0.5,
    thrashing: true,
  },
});

it('shows what a call brought in as places, without hashes', () => {
  const event = chatEventOf({
    type: 'callFinished',
    callId: 'c',
    name: 'read_file',
    address: 'tool:s/1',
    tokens: 9,
    isError: false,
    fault: { kind: 'minor', tier: 'resident' },
    pages: [{ address: 'x', path: 'a.ts', startLine: 1, endLine: 2, source: 'f', version: '1' }],
    ms: 3,
  });
  expect(event).toMatchObject({
    fault: { kind: 'minor', tier: 'resident' },
    places: [{ path: 'a.ts', startLine: 1, endLine: 2 }],
  });
  expect(JSON.stringify(event)).not.toContain('version');
});

it('rounds the gauge and says when the window was assumed', () => {
  const rounded = { system: 1, pages: 3, queue: 8, free: 91, limit: 80 };
  const told = { assumed: true, hitRatio: 0.5, thrashing: true };
  expect(chatEventOf(gauge(8.2))).toMatchObject({ gauge: { ...rounded, ...told } });
});

it('keeps only the last gauge of a transcript, and leaves notes to their view', () => {
  const events = chatEventsOf([
    gauge(1),
    { type: 'turnStarted', turn: 1 },
    { type: 'notes', notes: [], rules: [], used: 0, limit: 1 },
    gauge(2),
  ]);
  expect(events).toMatchObject([{ type: 'turnStarted' }, { type: 'gauge', gauge: { queue: 2 } }]);
});

describe('interrupts', () => {
  const interrupt = (
    kind: 'failedCall' | 'opener' | 'memoryPressure' | 'fileChanged' | 'diagnosticsChanged',
    text: string,
  ) => chatEventOf({ type: 'interrupt', kind, text });

  it('are one quiet line', () => {
    expect(interrupt('fileChanged', 'src/a.ts has changed.\nIts pages are stale.')).toEqual({
      type: 'notice',
      kind: 'fileChanged',
      text: 'src/a.ts has changed.',
      detail: 'src/a.ts has changed.\nIts pages are stale.',
    });
    expect(interrupt('fileChanged', 'src/b.ts has changed.')).not.toHaveProperty('detail');
    expect(interrupt('memoryPressure', '5 of 7')).toMatchObject({
      text: expect.stringContaining('pressure'),
    });
  });

  it('name files, not pages, and say what they tell of', () => {
    const stale = 'Stale: file:w/src/a.ts#L1-L9@0123456789abcdef no longer matches src/a.ts; now:\n-a\n+b';
    expect(interrupt('fileChanged', stale)).toMatchObject({
      text: 'src/a.ts has changed: the model was told',
      detail: stale,
    });
    expect(
      interrupt('fileChanged', 'Stale: file:w/b@0123: b was deleted, moved or made unreadable.'),
    ).toMatchObject({
      text: 'b was deleted, moved or made unreadable.',
    });
    expect(
      interrupt(
        'diagnosticsChanged',
        'After your edits the editor shows:\na.ts:1: error: x\na.ts:2: error: y',
      ),
    ).toMatchObject({ text: 'After your edits the editor shows: a.ts:1: error: x (and 1 more)' });
    expect(interrupt('diagnosticsChanged', 'a.ts has no problems now.')).toMatchObject({
      text: 'a.ts has no problems now.',
    });
  });

  it('that ask for an opener are not shown: the opener is', () => {
    expect(interrupt('opener', 'Greet them.')).toBeUndefined();
  });

  it('about failed calls are not repeated: the row shows them', () => {
    expect(interrupt('failedCall', 'grep failed')).toBeUndefined();
  });
});

const evicted = (reason: 'highWatermark' | 'compact' | 'reset'): OutputEvent => ({
  type: 'evicted',
  epoch: 2,
  reason,
  pages: 1,
  tokens: 3420,
  tokensBefore: 9000,
  tokensAfter: 5580,
});

it('counts what was evicted, and says what a command has done', () => {
  expect(chatEventOf(evicted('highWatermark'))).toMatchObject({
    text: '1 page moved out of the window, 3,420 tokens freed',
  });
  expect(chatEventOf(evicted('compact'))).toMatchObject({
    text: 'Compacted: 1 page moved out of the window, 9,000 → 5,580 tokens',
  });
  expect(chatEventOf(evicted('reset'))).toMatchObject({
    text: expect.stringMatching(/^Window reset: 1 page/),
  });
});

it('keeps why a turn ended, and leaves out what is unknown', () => {
  expect(
    chatEventOf({ type: 'turnEnded', turn: 1, reason: 'error', message: 'm', errorKind: 'auth' }),
  ).toEqual({
    type: 'turnEnded',
    reason: 'error',
    message: 'm',
    errorKind: 'auth',
  });
  expect(chatEventOf({ type: 'turnEnded', turn: 1, reason: 'done' })).toEqual({
    type: 'turnEnded',
    reason: 'done',
  });
});

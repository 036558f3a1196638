import { expect, it } from 'vitest';
import type { SessionEvent, SessionEventBody } from '../../../src/engine/events';
import { pagingLines } from '../../../src/engine/PagingLog';

const AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

function lines(body: SessionEventBody, context = {}): string[] {
  const event = { ...body, at: AT, seq: 7, ...context } as SessionEvent;
  return pagingLines(event).map(({ level, text }) => `${level} ${text}`);
}

const result = {
  type: 'function.result',
  turn: 1,
  callId: 'call_1',
  name: 'read_file',
  address: 'tool:s/1',
  result: 'hash',
  tokens: 120,
  isError: false,
  pages: [],
  ms: 3,
} as const;
const page = { path: 'a.ts', startLine: 1, endLine: 9, source: 'hash', version: '1' };

it('has event, address, tokens, reason and occupancy', () => {
  const at = pagingLines({ ...result, at: AT, seq: 7, resident: 900, budget: 7000 })[0]?.text;
  expect(at).toBe('call | tool:s/1 | 120 tokens | read_file | 900/7000');
});

it('names the tier of a fault, each page of a result, and its tokens once', () => {
  const pages = ['file:p/a.ts#L1-L9@0123456789abcdef', 'file:p/a.ts#L20-L29@0123456789abcdef'].map(
    (address) => ({ ...page, address }),
  );
  expect(lines({ ...result, pages, fault: { kind: 'major', tier: 'archival' } })).toEqual([
    'info fault.major | file:p/a.ts#L1-L9@0123456789abcdef | 120 tokens | read_file, served by archival',
    'info fault.major | file:p/a.ts#L20-L29@0123456789abcdef | read_file, served by archival',
  ]);
  expect(lines({ ...result, isError: true })).toEqual([
    'warn call.failed | read_file | tool:s/1 | 120 tokens',
  ]);
});

it('has a line for each page an epoch evicts, and one for the epoch', () => {
  const evicted = { address: 'msg:s/2', seq: 2, kind: 'message', tokens: 40, label: 'user: hi' } as const;
  expect(
    lines({
      type: 'epoch.started',
      epoch: 2,
      reason: 'highWatermark',
      model: 'm',
      budget: 7000,
      head: 'h',
      headTokens: { system: 1, notes: 1, summary: 1 },
      functions: 'f',
      summary: 's',
      summaryBy: 'model',
      notesThrough: 0,
      retained: [],
      evicted: [evicted],
      tokensBefore: 6000,
      tokensAfter: 3000,
    }),
  ).toEqual([
    'info evict | msg:s/2 | 40 tokens | highWatermark',
    'info epoch.started | epoch 2 | 6000 → 3000 tokens | highWatermark | summary by model',
  ]);
});

it.each<[SessionEventBody, string]>([
  [{ type: 'session.started', workspace: [] }, 'info session.started | no folder'],
  [
    { type: 'session.forked', from: 's1', through: 12, kind: 'process', task: 'Count the tests.' },
    'info session.forked | process | s1 #12 | Count the tests.',
  ],
  [
    {
      type: 'process.started',
      process: 's.1',
      callId: 'call_1',
      context: 'fork',
      task: 'Look.\nClosely.',
      callLimit: 20,
      tokenLimit: 9000,
    },
    'info process.started | s.1 | fork | Look.',
  ],
  [
    { type: 'process.ended', process: 's.1', reason: 'done', calls: 3, spentTokens: 800, ms: 5 },
    'info process.ended | s.1 | done | 3 calls, 800 tokens spent',
  ],
  [{ type: 'turn.started', turn: 3 }, 'info turn.started | turn 3'],
  [
    { type: 'turn.ended', turn: 3, reason: 'error', message: 'No network.' },
    'error turn.ended | error | No network.',
  ],
  [{ type: 'message.user', turn: 3, text: 'secret words', tokens: 9 }, 'info message.user | #7 | 9 tokens'],
  [
    { type: 'interrupt', kind: 'fileChanged', text: 'first\nsecond', tokens: 9 },
    'warn interrupt.fileChanged | 9 tokens | first',
  ],
  [
    { type: 'note.pinned', note: { id: 'a1', text: 'x', by: 'person', source: 'msg:s/1' } },
    'info note.pinned | note:a1 | by person | msg:s/1',
  ],
  [{ type: 'note.unpinned', id: 'a1', by: 'model' }, 'info note.unpinned | note:a1 | by model'],
  [
    {
      type: 'plan.changed',
      items: [
        { text: 'look', state: 'done' },
        { text: 'change', state: 'active' },
      ],
      by: 'model',
    },
    'info plan.changed | 1 of 2 done | by model',
  ],
  [{ type: 'note.fresh', id: 'a1' }, 'info note.fresh | note:a1'],
  [{ type: 'page.fresh', address: 'file:x' }, 'info page.fresh | file:x'],
  [{ type: 'rules.loaded', rules: [] }, 'info rules.loaded | none'],
  [
    { type: 'file.edited', path: 'a.ts', after: 'h', basedOn: ['file:x', 'file:y'] },
    'info file.edited | a.ts | based on file:x, file:y',
  ],
  [{ type: 'note.stale', id: 'a1', reason: 'changed' }, 'warn note.stale | note:a1 | changed'],
  [{ type: 'archival.inserted', id: 'a1', text: 'x' }, 'info archival.inserted | note:a1'],
  [{ type: 'page.stale', address: 'file:x', reason: 'changed' }, 'warn page.stale | file:x | changed'],
  [
    { type: 'request.failed', kind: 'summary', message: 'overloaded' },
    'error request.failed | summary | overloaded',
  ],
  [
    { type: 'budget.corrected', model: 'm', promisedTokens: 128_000, windowTokens: 8192, calibration: 1.15 },
    'warn budget.corrected | m | window 8192 of 128000 tokens | ×1.150',
  ],
  [
    {
      type: 'request.sent',
      purpose: 'step',
      model: 'm',
      hash: '0123456789abcdefXX',
      messages: 4,
      maxOutputTokens: 1,
      estimatedTokens: 1,
    },
    'debug request.step | m | 4 messages | 0123456789abcdef',
  ],
  [
    { type: 'response.received', purpose: 'step', ownTokens: 1, calibration: 1.05, ms: 9 },
    'debug response.step | no usage reported | ×1.050 | 9 ms',
  ],
  [
    {
      type: 'response.received',
      purpose: 'step',
      usage: { promptTokens: 9, completionTokens: 2, cachedTokens: 5 },
      ownTokens: 1,
      calibration: 1,
      ms: 9,
    },
    'debug response.step | 9 prompt, 5 cached, 2 out | ×1.000 | 9 ms',
  ],
])('%o', (body, line) => expect(lines(body)).toEqual([line]));

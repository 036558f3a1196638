import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QueueEvent } from '../../../src/engine/events';
import { CLIP_TOLERANCE, evictOldest, resultLimit } from '../../../src/engine/evictionPlan';
import { PageTable } from '../../../src/engine/PageTable';
import { groupEntries, pagesOf, type QueueEntry, renderEntry } from '../../../src/engine/queueEntries';

/** Turns as they occur: a question, steps with calls and their results, interrupts in between, an answer. */
const turns = fc.array(
  fc.record({
    steps: fc.array(fc.record({ calls: fc.integer({ min: 1, max: 4 }), interrupted: fc.boolean() }), {
      maxLength: 4,
    }),
    tokens: fc.integer({ min: 1, max: 500 }),
    answered: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
);

function entriesOf(plan: typeof turns extends fc.Arbitrary<infer T> ? T : never): QueueEntry[] {
  const events: QueueEvent[] = [];
  let call = 0;
  const base = (tokens: number) => ({ seq: events.length + 1, at: 0, tokens });
  for (const [turn, { steps, tokens, answered }] of plan.entries()) {
    events.push({ ...base(tokens), type: 'message.user', turn, text: `question ${turn}` });
    for (const step of steps) {
      const calls = Array.from({ length: step.calls }, () => ({
        id: `call_${++call}`,
        name: 'grep',
        arguments: '{}',
      }));
      events.push({ ...base(10), type: 'message.assistant', turn, text: '', calls });
      for (const { id, name } of calls)
        events.push({
          ...base(tokens),
          type: 'function.result',
          turn,
          callId: id,
          name,
          address: `tool:s/${id.slice(5)}`,
          result: '',
          isError: false,
          pages: [],
          ms: 0,
        });
      if (step.interrupted)
        events.push({ ...base(20), type: 'interrupt', kind: 'fileChanged', text: 'news' });
    }
    if (answered) events.push({ ...base(30), type: 'message.assistant', turn, text: 'answer', calls: [] });
  }
  return events.map((event) =>
    renderEntry('s', event, event.type === 'function.result' ? 'blob' : undefined),
  );
}

const queueOf = (entries: readonly QueueEntry[]) => ({ entries, locked: new Set<number>() });

/** What the page table holds of them. */
function pagesIn(entries: readonly QueueEntry[]) {
  const table = new PageTable();
  for (const page of entries.flatMap(({ event }) => pagesOf(event, 's')))
    table.admit({ ...page, origin: 'fault' }, { epoch: 1, turn: 1, step: 1 });
  return table.all();
}

const tokensOf = (entries: readonly QueueEntry[]) =>
  entries.reduce((sum, { event }) => sum + event.tokens, 0);

describe('groupEntries', () => {
  it('keeps every entry once, in order, and a call with all its results', () => {
    fc.assert(
      fc.property(turns, (plan) => {
        const entries = entriesOf(plan);
        const groups = groupEntries(entries);
        expect(groups.flat()).toEqual(entries);
        for (const group of groups) {
          const [first, ...rest] = group;
          const ids = first?.event.type === 'message.assistant' ? first.event.calls.map(({ id }) => id) : [];
          expect(rest.map(({ event }) => event.type === 'function.result' && event.callId)).toEqual(ids);
        }
      }),
    );
  });
});

describe('evictOldest', () => {
  it('takes the oldest first, stops at the target, parts no call from its result, and keeps the last question', () => {
    fc.assert(
      fc.property(
        turns,
        fc.integer({ min: -500, max: 6000 }),
        fc.integer({ min: 0, max: 8000 }),
        (plan, target, room) => {
          const entries = entriesOf(plan);
          const { leaving, retained, evicted } = evictOldest(
            queueOf(entries),
            pagesIn(entries),
            target,
            room,
          );
          expect([...leaving, ...retained].sort((a, b) => a.event.seq - b.event.seq)).toEqual(entries);
          const left = new Set(leaving);
          for (const group of groupEntries(entries))
            expect(new Set(group.map((entry) => left.has(entry))).size).toBe(1);
          const asked = entries.findLast(({ event }) => event.type === 'message.user');
          expect(retained).toContain(asked);
          // Nothing leaves that did not have to: without the last group that left, the target was not reached.
          const last = groupEntries(leaving).at(-1) ?? [];
          if (leaving.length > 0) expect(tokensOf(retained) + tokensOf(last)).toBeGreaterThan(target);
          expect(evicted).toEqual(pagesIn(leaving));
          // What is kept beyond the target is protected, and fits the room unless it is the question alone.
          if (tokensOf(retained) > Math.max(target, room)) expect(retained).toEqual([asked]);
        },
      ),
    );
  });
});

it('admits results that together fit beside what stays', () => {
  fc.assert(
    fc.property(
      turns,
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 2000, max: 100_000 }),
      (plan, calls, budget) => {
        const entries = entriesOf(plan);
        const room = budget * 0.6;
        const limit = resultLimit(entries, calls, budget, room);
        expect(limit).toBeGreaterThanOrEqual(96);
        expect(limit).toBeLessThanOrEqual(Math.max(96, budget * 0.2));
        const { retained } = evictOldest(queueOf(entries), [], 0, Number.POSITIVE_INFINITY);
        if (limit > 96) expect(tokensOf(retained) + calls * limit * CLIP_TOLERANCE).toBeLessThanOrEqual(room);
      },
    ),
  );
});

it('labels what leaves by its first words, or by what it called', () => {
  const [question, calling] = entriesOf([
    { steps: [{ calls: 1, interrupted: false }], tokens: 5, answered: false },
  ]);
  expect(pagesOf((question as QueueEntry).event, 's')).toEqual([
    { address: 'msg:s/1', seq: 1, kind: 'message', tokens: 5, label: 'user: question 0' },
  ]);
  expect(pagesOf((calling as QueueEntry).event, 's')[0]?.label).toBe('assistant: grep {}');
});

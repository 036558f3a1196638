import { describe, expect, it } from 'vitest';
import { findDecisions } from '../../../src/engine/decisions';

const DECISIONS = [
  'Decision: the store stays one file per session.',
  '**Decision:** use SQLite for the catalog.',
  '**Decision**: keep the old name as an alias.',
  'Design decision: ids are UUIDs.',
  'Decided: no retries.',
  'Decided to drop Node 18.',
  'We decided to keep the queue append-only.',
  "We've decided against a second cache.",
  'We agreed on port 9000.',
  'You decided to name it Osprey.',
  'The team decided that reviews are required.',
  'I have decided to split the parser.',
  'I decided not to add a dependency.',
  'We settled on zod.',
  'We opted for optimistic locking.',
  'I chose a ring buffer.',
  "I'll go with the second option.",
  "We'll stick with Lit.",
  'I am going with a worker thread.',
  "I'm going with the smaller table.",
  "Let's go with BM25.",
  'Going with WebSockets.',
  'So we decided to ship it behind a flag.',
  'OK, let’s stick to tabs.',
  'The decision is to keep both formats.',
  'Our final decision was to remove it.',
  'It was decided to move the tests.',
  '- Decision: errors are values.',
  'Entscheidung: wir bleiben bei pnpm.',
  '决定：使用 SQLite。',
  '我们决定使用 LanceDB。',
];

const OTHER = [
  'Should we go with SQLite?',
  'We could go with SQLite.',
  'If we decided to drop it, tests would break.',
  'We have not decided yet.',
  "I haven't decided on a name.",
  'You need to decide on a name.',
  'The decision is yours.',
  'The decision is still open.',
  'Decision: pending',
  'Decision: TBD',
  'A decision tree splits the data.',
  "I'll use grep to find it.",
  "I'll look at the parser first.",
  'I decided to look at the tests first.',
  "I'll go with you through the steps.",
  'Let me know what you decide.',
  'The function decides which branch to take.',
  'I picked up where we left.',
  'The user picked a color.',
  'We chose from three options.',
  'That is going with the flow.',
  'The parser goes with the lexer.',
  'We should agree on a format.',
  "I'll go with SQLite unless you prefer another.",
  '`We decided to keep it` is in the log.',
  '> We decided to keep it.',
  'The commit message says "We decided to keep it."',
  'Whoever decided that left no note.',
  'Decisions are recorded in docs/.',
  '还没有决定。',
];

describe('findDecisions', () => {
  it.each(DECISIONS)('states a decision: %s', (text) => {
    expect(findDecisions(text)).toEqual([text.replace(/^- /, '')]);
  });

  it.each(OTHER)('states none: %s', (text) => {
    expect(findDecisions(text)).toEqual([]);
  });

  it('takes them out of a message', () => {
    const text =
      'I looked at both.\n\n**Decision:** ids are ULIDs. They sort by time.\n```\nDecision: none of ours\n```\nWe decided to log in UTC.';
    expect(findDecisions(text)).toEqual(['**Decision:** ids are ULIDs.', 'We decided to log in UTC.']);
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { notesChange } from '../../../src/host/notesMessages';
import { applyNotesChange } from '../../../src/webview/notes/notesChange';
import type { NotesState, NoteView } from '../../../src/webview/notesProtocol';

const note: fc.Arbitrary<NoteView> = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  text: fc.constantFrom('one', 'two'),
  by: fc.constantFrom('person', 'model'),
});
const rules = fc.array(
  fc.record({ path: fc.constant('AGENTS.md'), tokens: fc.nat(2), active: fc.boolean() }),
  { maxLength: 1 },
);
const notes = fc.uniqueArray(note, { selector: ({ id }) => id });
const usage = fc.record({ used: fc.nat(3), limit: fc.nat(3) });

/** What the engine can do to the notes: drop some, rewrite some in place, add some at the end. */
const evolution = fc
  .record({
    before: notes,
    keep: fc.array(fc.boolean()),
    texts: fc.array(fc.constantFrom('x', 'one')),
    more: notes,
  })
  .map(({ before, keep, texts, more }) => {
    const kept = before
      .filter((_, i) => keep[i] ?? true)
      .map((one, i) => ({ ...one, text: texts[i] ?? one.text }));
    const known = new Set(before.map(({ id }) => id));
    return { before, after: [...kept, ...more.filter(({ id }) => !known.has(id))] };
  });

it('carries the notes from one state to the next', () => {
  fc.assert(
    fc.property(evolution, usage, usage, rules, rules, ({ before, after }, usedBefore, usedAfter, r1, r2) => {
      const from: NotesState = { rules: r1, notes: before, usage: usedBefore };
      const to: NotesState = { rules: r2, notes: after, usage: usedAfter };
      const change = notesChange(from, to);
      expect(change ? applyNotesChange(from, change) : from).toEqual(to);
    }),
  );
});

it('sends only what changed', () => {
  const a: NoteView = { id: 'a', text: 'one', by: 'person' };
  const b: NoteView = { id: 'b', text: 'two', by: 'model' };
  const used = { used: 1, limit: 9 };
  expect(
    notesChange(
      { rules: [], notes: [a, b], usage: used },
      { rules: [], notes: [a, { ...b, text: 'x' }], usage: used },
    )?.changed,
  ).toEqual([{ ...b, text: 'x' }]);
  expect(
    notesChange({ rules: [], notes: [a], usage: used }, { rules: [], notes: [{ ...a }], usage: { ...used } }),
  ).toBeUndefined();
});

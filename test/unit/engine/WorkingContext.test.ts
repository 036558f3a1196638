import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionEvent, SessionEventBody } from '../../../src/engine/events';
import { WorkingContext } from '../../../src/engine/WorkingContext';

const ids = ['a1', 'b2', 'c3'];

/** Applies events with rising sequence numbers. */
function folded(limit = 1000): {
  notes: WorkingContext;
  act: (body: SessionEventBody, tokens?: number) => number;
} {
  const notes = new WorkingContext(() => limit);
  let seq = 0;
  const act = (body: SessionEventBody, tokens = 5) => {
    notes.apply({ ...body, at: 0, seq: ++seq } as SessionEvent, tokens);
    return seq;
  };
  return { notes, act };
}

const pin = (id: string, text: string, by: 'person' | 'model' = 'person'): SessionEventBody => ({
  type: 'note.pinned',
  note: { id, text, by },
});
const edit = (id: string, text: string, by: 'person' | 'model' = 'person'): SessionEventBody => ({
  type: 'note.edited',
  id,
  text,
  by,
});
const unpin = (id: string, by: 'person' | 'model' = 'person'): SessionEventBody => ({
  type: 'note.unpinned',
  id,
  by,
});

describe('deltas', () => {
  it('hold the last change of each note by the person, and none by the model', () => {
    const { notes, act } = folded();
    act(pin('a1', 'one'));
    act(pin('b2', 'by model', 'model'));
    act(edit('a1', 'two'));
    const last = act(edit('a1', 'three'));
    expect(notes.deltas()).toEqual({ text: 'edited a1: three', through: last });
    act(edit('a1', 'the model has the last word', 'model'));
    expect(notes.deltas()).toBeUndefined();
    act(unpin('a1'));
    expect(notes.deltas()?.text).toBe('removed a1');
    act({ type: 'note.stale', id: 'b2', reason: 'the lines have changed' });
    expect(notes.deltas()?.text).toBe('removed a1\nb2 is stale: the lines have changed');
  });

  it('keep what came after the change that was delivered', () => {
    const { notes, act } = folded();
    const told = act(pin('a1', 'one'));
    act(pin('b2', 'two'));
    notes.delivered(told);
    expect(notes.deltas()?.text).toBe('pinned b2: two');
  });

  it('with the head always add up to the notes as they are', () => {
    const change = fc.record({
      id: fc.constantFrom(...ids),
      kind: fc.constantFrom('pin', 'edit', 'unpin'),
      text: fc.string(),
      told: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const { notes, act } = folded();
        const known = new Map<string, string>();
        for (const { id, kind, text, told } of changes) {
          if (kind === 'pin') act(pin(id, text));
          else if (kind === 'edit') act(edit(id, text));
          else act(unpin(id));
          const deltas = notes.deltas();
          if (!told || !deltas) continue;
          // What a reader of the deltas would know.
          for (const note of ids) if (deltas.text.includes(`removed ${note}`)) known.delete(note);
          for (const note of notes.list())
            if (deltas.text.includes(` ${note.id}: ${note.text}`)) known.set(note.id, note.text);
          notes.delivered(deltas.through);
          expect([...known].sort()).toEqual(
            notes
              .list()
              .map((note) => [note.id, note.text] as [string, string])
              .sort(),
          );
        }
      }),
    );
  });
});

describe('the limit', () => {
  it('counts text, marks and source, and frees what an edit replaces', () => {
    const { notes, act } = folded(100);
    act(pin('a1', 'text'), 60);
    expect(notes.used()).toBe(72);
    expect(() => notes.checkRoom(20)).toThrow('The note needs 32 tokens but only 28 of 100 are free.');
    expect(() => notes.checkRoom(16)).not.toThrow();
    expect(() => notes.checkRoom(88, undefined, 'a1')).not.toThrow();
    expect(() => notes.checkRoom(10, `file:p/${'long'.repeat(10)}#L1-L2@0123456789abcdef`)).toThrow(
      'are free',
    );
  });

  it('names the largest notes as those to remove', () => {
    const { notes, act } = folded(60);
    act(pin('a1', 'small'), 5);
    act(pin('b2', 'large one\nmore'), 25);
    try {
      notes.checkRoom(100);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        nextStep: expect.stringContaining('b2 (37 tokens: large one), a1 (17 tokens: small)'),
      });
    }
    expect(() => folded(10).notes.checkRoom(100)).toThrow('only 10 of 10 are free');
  });
});

it('shows the same bytes for the same notes, marks stale ones, and unmarks them when they are edited', () => {
  const { notes, act } = folded();
  expect(notes.render()).toBe('(no notes are pinned)');
  act({ type: 'note.pinned', note: { id: 'a1', text: 'x', by: 'person', source: 'msg:s/1' } });
  act({ type: 'note.stale', id: 'a1', reason: 'changed' });
  expect(notes.render()).toBe('[a1] (person, from msg:s/1, STALE)\nx');
  act(edit('a1', 'y', 'model'));
  expect(notes.render()).toBe('[a1] (model)\ny');
  expect(notes.textOf('a1')).toBe('y');
  act(unpin('a1'));
  expect(notes.textOf('a1')).toBe('y');
  expect(() => notes.get('a1')).toThrow('There is no note a1.');
});

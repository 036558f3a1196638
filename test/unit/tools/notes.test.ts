import { describe, expect, it } from 'vitest';
import { archivalInsert } from '../../../src/tools/archivalInsert';
import { editNote } from '../../../src/tools/editNote';
import { pinNote } from '../../../src/tools/pinNote';
import { unpinNote } from '../../../src/tools/unpinNote';
import { fakeContext } from './fakeContext';
import { runFunction } from './runFunction';

describe('pin_note', () => {
  it('pins the text with its source and says how much is free', async () => {
    const { context, world } = fakeContext();
    const { text } = await runFunction(
      pinNote,
      { text: ' port is 8080 ', source: 'file:w/a.ts#L1-L2@x' },
      context,
    );
    expect(world.notes.notes).toEqual([
      { id: 'n1', text: 'port is 8080', by: 'model', source: 'file:w/a.ts#L1-L2@x' },
    ]);
    const { used } = world.notes.usage();
    expect(text).toBe(`Pinned as n1. Notes: ${used} of 100 tokens used, ${100 - used} free.`);
  });

  it('fails with the free tokens when the note is too long', async () => {
    const { context } = fakeContext();
    await expect(runFunction(pinNote, { text: 'word '.repeat(200) }, context)).rejects.toThrow(
      'only 100 tokens are free',
    );
  });

  it('refuses an empty text', () => {
    expect(pinNote.validate({ text: '   ' }).ok).toBe(false);
  });
});

describe('edit_note and unpin_note', () => {
  it('take a note by id, by address and by the id in brackets', async () => {
    for (const id of ['n1', 'note:n1', '[n1]']) {
      const { context, world } = fakeContext();
      await world.notes.pin('before');
      expect((await runFunction(editNote, { id, text: 'after' }, context)).text).toMatch(
        /^Edited n1\. Notes: /,
      );
      expect(world.notes.notes[0]?.text).toBe('after');
      expect((await runFunction(unpinNote, { id }, context)).text).toBe(
        'Unpinned n1. Notes: 0 of 100 tokens used, 100 free.',
      );
      expect(world.notes.notes).toEqual([]);
    }
  });

  it('fail for a note that is not there', async () => {
    const { context } = fakeContext();
    await expect(runFunction(editNote, { id: 'n9', text: 'x' }, context)).rejects.toThrow('no note n9');
    await expect(runFunction(unpinNote, { id: 'n9' }, context)).rejects.toThrow('no note n9');
  });
});

describe('archival_insert', () => {
  it('stores the note and gives its address', async () => {
    const { context, world } = fakeContext();
    const outcome = await runFunction(archivalInsert, { text: 'a long story' }, context);
    expect(world.archived).toMatchObject([{ text: 'a long story' }]);
    expect(outcome.text).toBe('Stored as note:a1 (3 tokens).');
  });
});

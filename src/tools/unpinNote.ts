import * as z from 'zod';
import { defineFunction } from './defineFunction';
import { bareNoteId } from './editNote';
import { notesUsage } from './notesUsage';

export const unpinNote = defineFunction({
  name: 'unpin_note',
  description: 'Remove a pinned note that is no longer needed or no longer true.',
  readOnly: false,
  arguments: z.object({ id: z.string() }),
  async run({ id }, { notes }) {
    await notes.unpin(bareNoteId(id));
    return { text: `Unpinned ${bareNoteId(id)}. ${notesUsage(notes)}` };
  },
});

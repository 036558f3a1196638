import * as z from 'zod';
import { defineFunction } from './defineFunction';
import { notesUsage } from './notesUsage';

export const editNote = defineFunction({
  name: 'edit_note',
  description: 'Replace the text of a pinned note.',
  readOnly: false,
  arguments: z.object({ id: z.string(), text: z.string().trim().min(1) }),
  async run({ id, text }, { notes }) {
    const note = await notes.edit(bareNoteId(id), text);
    return { text: `Edited ${note.id}. ${notesUsage(notes)}` };
  },
});

/** Models write a note's id, its address, or the id in the brackets it is shown in. */
export function bareNoteId(id: string): string {
  return id
    .trim()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/^note:/, '');
}

import * as z from 'zod';
import { defineFunction } from './defineFunction';
import { notesUsage } from './notesUsage';

export const pinNote = defineFunction({
  name: 'pin_note',
  description: 'Pin a note into working context, where it stays in view: decisions, constraints, key facts.',
  readOnly: false,
  arguments: z.object({
    text: z.string().trim().min(1),
    source: z.string().optional().describe('address the text was taken from'),
  }),
  async run({ text, source }, { notes }) {
    const note = await notes.pin(text, source);
    return { text: `Pinned as ${note.id}. ${notesUsage(notes)}` };
  },
});

import * as z from 'zod';
import { bareAddress } from './bareAddress';
import { defineFunction, positiveInteger } from './defineFunction';
import { notesUsage } from './notesUsage';

export const pageIn = defineFunction({
  name: 'page_in',
  description:
    'Bring back, byte-exact, what an address names (file:, msg:, tool:, note:), into the queue or as a pinned note.',
  // Pinning changes the working context.
  readOnly: false,
  arguments: z.object({
    address: z.string(),
    to: z.enum(['queue', 'notes']).optional().describe('default queue'),
    page: positiveInteger.optional(),
    startLine: positiveInteger.optional(),
    endLine: positiveInteger.optional(),
  }),
  async run({ address: written, to = 'queue', ...slice }, context) {
    const address = bareAddress(written);
    if (to === 'queue') return context.faults.pageIn(address, slice, context.signal);
    if (Object.keys(slice).length > 0) {
      return {
        text: 'A part of it cannot be pinned by its address: keep what you need of it with pin_note.',
        isError: true,
      };
    }
    const resident = context.isResident(address);
    const note = await context.notes.pin(await context.faults.contentOf(address, context.signal), address);
    return {
      text: `Pinned ${address} as ${note.id}. ${notesUsage(context.notes)}`,
      fault: resident ? { kind: 'minor', tier: 'resident' } : { kind: 'major', tier: 'recall' },
    };
  },
});

import * as z from 'zod';
import { noteAddress } from '../engine/addresses';
import { defineFunction } from './defineFunction';

export const archivalInsert = defineFunction({
  name: 'archival_insert',
  description: 'Store a note outside the window, in full, to be found again with archival_search.',
  readOnly: false,
  arguments: z.object({ text: z.string().trim().min(1) }),
  async run({ text }, context) {
    const id = await context.archive(text);
    return { text: `Stored as ${noteAddress(id)} (${await context.countTokens(text)} tokens).` };
  },
});

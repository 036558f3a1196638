import * as z from 'zod';
import { defineFunction } from './defineFunction';

export const compactContext = defineFunction({
  name: 'compact_context',
  description: 'Summarise and evict what is not in use, before your next step. Do it between two tasks.',
  readOnly: false,
  arguments: z.object({
    instructions: z.string().trim().optional().describe('what the summary must keep'),
  }),
  async run({ instructions = '' }, { changeWindow }) {
    changeWindow({ kind: 'compact', instructions });
    return { text: 'The window is compacted before your next step.' };
  },
});

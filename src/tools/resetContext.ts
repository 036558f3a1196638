import * as z from 'zod';
import { defineFunction } from './defineFunction';

export const resetContext = defineFunction({
  name: 'reset_context',
  description:
    'Clear the window before your next step: notes, a summary and the task at hand stay, all else is only searchable.',
  readOnly: false,
  arguments: z.object({}),
  async run(_, { changeWindow }) {
    changeWindow({ kind: 'reset', instructions: '' });
    return { text: 'The window is reset before your next step.' };
  },
});

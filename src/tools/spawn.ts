import * as z from 'zod';
import { defineFunction, positiveInteger } from './defineFunction';

export const spawn = defineFunction({
  name: 'spawn',
  description:
    'Hand a task to a sub-agent with a window of its own, and get its answer; several in one step work in parallel. fresh (default): it knows only the task. fork: it knows this conversation.',
  readOnly: false,
  parallel: true,
  arguments: z.object({
    task: z.string().trim().min(1),
    context: z.enum(['fresh', 'fork']).optional(),
    tokens: positiveInteger.optional().describe('most it may spend'),
    steps: positiveInteger.optional().describe('calls, default 20'),
  }),
  async run({ task, context = 'fresh', tokens, steps }, { processes, callId, signal }) {
    const bounds = { ...(tokens === undefined ? {} : { tokens }), ...(steps === undefined ? {} : { steps }) };
    return processes.spawn({ task, context, ...bounds }, callId, signal);
  },
});

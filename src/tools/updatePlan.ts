import * as z from 'zod';
import { defineFunction } from './defineFunction';

/** Longer plans are read by nobody. */
const MAX_ITEMS = 50;

export const updatePlan = defineFunction({
  name: 'update_plan',
  description:
    'Replace the plan that you and the person see: for work of several steps. Send it whenever an item is begun or done; no items remove it.',
  readOnly: false,
  arguments: z.object({
    items: z.array(z.object({ text: z.string(), state: z.enum(['open', 'active', 'done']) })).max(MAX_ITEMS),
  }),
  async run({ items }, { plan }) {
    await plan.update(items);
    if (items.length === 0) return { text: 'The plan is removed.' };
    const done = items.filter(({ state }) => state === 'done').length;
    return { text: `Plan: ${done} of ${items.length} done.` };
  },
});

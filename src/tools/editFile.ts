import * as z from 'zod';
import { bareAddress } from './bareAddress';
import { defineFunction } from './defineFunction';
import { refusedSecret } from './refusedSecret';

export const editFile = defineFunction({
  name: 'edit_file',
  description:
    'Replace text in a workspace file you have read; the person reviews the change. old must match exactly and once; empty old creates the file.',
  readOnly: false,
  effect: 'edit',
  mayBeEmpty: ['old', 'new'],
  arguments: z.object({
    path: z.string(),
    old: z.string(),
    new: z.string(),
    based_on: z.string().optional().describe('address of the page it was made from'),
    replace_all: z.boolean().optional(),
  }),
  async run({ path: written, old, new: put, based_on, replace_all = false }, context) {
    const path = context.files.canonical(written);
    // A refusal shows what the file says.
    const refused = await refusedSecret(path, context);
    if (refused) return refused;
    return context.editFile({
      path,
      old,
      new: put,
      replaceAll: replace_all,
      ...(based_on === undefined ? {} : { basedOn: bareAddress(based_on) }),
    });
  },
});

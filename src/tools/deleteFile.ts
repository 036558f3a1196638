import * as z from 'zod';
import { defineFunction } from './defineFunction';
import { refusedSecret } from './refusedSecret';

export const deleteFile = defineFunction({
  name: 'delete_file',
  description: 'Delete a workspace file; the person can have it back.',
  readOnly: false,
  effect: 'edit',
  arguments: z.object({ path: z.string() }),
  async run({ path: written }, context) {
    const path = context.files.canonical(written);
    const refused = await refusedSecret(path, context, { act: 'delete', diff: '' });
    return refused ?? context.changeFile.delete(path);
  },
});

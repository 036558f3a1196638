import * as z from 'zod';
import { bareAddress } from './bareAddress';
import { defineFunction } from './defineFunction';
import { refusedSecret } from './refusedSecret';
import { signedLines } from './signedLines';

export const writeFile = defineFunction({
  name: 'write_file',
  description: 'Create a workspace file, or replace all of one you have read whole.',
  readOnly: false,
  effect: 'edit',
  mayBeEmpty: ['text'],
  arguments: z.object({
    path: z.string(),
    text: z.string(),
    based_on: z.string().optional(),
  }),
  async run({ path: written, text, based_on }, context) {
    const path = context.files.canonical(written);
    const diff = signedLines('+', text).join('\n');
    const refused = await refusedSecret(path, context, { act: 'write', diff });
    if (refused) return refused;
    return context.changeFile.write({
      path,
      text,
      ...(based_on === undefined ? {} : { basedOn: bareAddress(based_on) }),
    });
  },
});

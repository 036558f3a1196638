import * as z from 'zod';
import { defineFunction, positiveInteger } from './defineFunction';
import { refusedSecret } from './refusedSecret';

export const readFile = defineFunction({
  name: 'read_file',
  description:
    'Read lines of a workspace file, with line numbers; without a range the whole file. What is long comes in pages.',
  readOnly: true,
  arguments: z.object({
    path: z.string(),
    startLine: positiveInteger.optional(),
    endLine: positiveInteger.optional().describe('inclusive'),
  }),
  async run({ path: written, startLine, endLine }, context) {
    const path = context.files.canonical(written);
    if (startLine !== undefined && endLine !== undefined && endLine < startLine) {
      return { text: `endLine ${endLine} is before startLine ${startLine}.`, isError: true };
    }
    const refused = await refusedSecret(path, context);
    if (refused) return refused;
    return context.faults.readFile(
      {
        path,
        ...(startLine === undefined ? {} : { startLine }),
        ...(endLine === undefined ? {} : { endLine }),
      },
      context.signal,
    );
  },
});

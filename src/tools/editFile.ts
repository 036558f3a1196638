import * as z from 'zod';
import { bareAddress } from './bareAddress';
import { defineFunction } from './defineFunction';
import { refusedSecret } from './refusedSecret';
import { signedLines } from './signedLines';

export const editFile = defineFunction({
  name: 'edit_file',
  description:
    'Replace text in a workspace file you have read. Each old must occur exactly once as you read it; all edits are made, or none.',
  readOnly: false,
  effect: 'edit',
  accept: asEdits,
  arguments: z.object({
    path: z.string(),
    edits: z
      .array(z.object({ old: z.string(), new: z.string(), replace_all: z.boolean().optional() }).strict())
      .min(1, { error: 'give at least one edit' }),
    based_on: z.string().optional().describe('address of the page you read'),
  }),
  async run({ path: written, edits, based_on }, context) {
    const path = context.files.canonical(written);
    // A refusal shows what the file says.
    const diff = edits.flatMap((edit) => [...signedLines('-', edit.old), ...signedLines('+', edit.new)]);
    const refused = await refusedSecret(path, context, { act: 'edit', diff: diff.join('\n') });
    if (refused) return refused;
    return context.changeFile.edit({
      path,
      edits: edits.map(({ old, new: put, replace_all = false }) => ({
        old,
        new: put,
        replaceAll: replace_all,
      })),
      ...(based_on === undefined ? {} : { basedOn: bareAddress(based_on) }),
    });
  },
});

/** Models write a single edit without the list, and lists as JSON in a string. */
function asEdits(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { old, new: put, replace_all, edits, ...rest } = given;
  if (edits === undefined && old !== undefined)
    return { ...rest, edits: [{ old, new: put, ...(replace_all === undefined ? {} : { replace_all }) }] };
  if (typeof edits !== 'string') return given;
  try {
    return { ...given, edits: JSON.parse(edits) };
  } catch {
    return given;
  }
}

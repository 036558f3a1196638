import * as z from 'zod';
import { defineFunction } from './defineFunction';
import { refusedSecret } from './refusedSecret';

export const moveFile = defineFunction({
  name: 'move_file',
  description: 'Move or rename a workspace file or folder; never over another.',
  readOnly: false,
  effect: 'edit',
  arguments: z.object({ from: z.string(), to: z.string() }),
  async run(args, context) {
    const from = context.files.canonical(args.from);
    const to = context.files.canonical(args.to);
    const change = { act: 'move', diff: `rename from ${from}\nrename to ${to}` } as const;
    const refused =
      (await refusedSecret(from, context, change)) ?? (await refusedSecret(to, context, change));
    return refused ?? context.changeFile.move({ from, to });
  },
});

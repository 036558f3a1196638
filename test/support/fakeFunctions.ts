/** Small functions for tests of the executor and the loop; the real ones are in src/tools. */

import type { EngineFunction, FunctionContext, FunctionOutcome } from '../../src/engine/EngineFunction';
import type { Slice } from '../../src/engine/textSlices';

export function fakeFunction(
  name: string,
  run: (args: Record<string, unknown>, context: FunctionContext) => Promise<FunctionOutcome>,
  readOnly = true,
): EngineFunction {
  return {
    schema: { name, description: name, parameters: { type: 'object' } },
    readOnly,
    validate: (value) =>
      typeof value === 'object' && value !== null && !('invalid' in value)
        ? { ok: true, value }
        : { ok: false, error: 'invalid: not allowed' },
    run: (args, context) => run(args as Record<string, unknown>, context),
  };
}

export const readFileFunction = fakeFunction('read_file', async (args, context) =>
  context.faults.readFile(args as { path: string }, context.signal),
);

export const pageInFunction = fakeFunction('page_in', async (args, context) =>
  context.faults.pageIn(String(args.address), args as Slice, context.signal),
);

export const pinNoteFunction = fakeFunction(
  'pin_note',
  async (args, context) => {
    const note = await context.notes.pin(String(args.text));
    return { text: `Pinned as ${note.id}.` };
  },
  false,
);

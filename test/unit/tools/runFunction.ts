import type { EngineFunction, FunctionContext, FunctionOutcome } from '../../../src/engine/EngineFunction';

/** Validates and runs as the executor does. */
export async function runFunction<Arguments>(
  fn: EngineFunction<Arguments>,
  args: unknown,
  context: FunctionContext,
): Promise<FunctionOutcome> {
  const valid = fn.validate(args);
  if (!valid.ok) throw new Error(valid.error);
  return fn.run(valid.value, context);
}

/** JSON from files that a person wrote: what is wrong is said with the place and what to do. */
import type * as z from 'zod';
import { describeError, UnreadableFileError } from '../engine/errors';

/**
 * @param place file, and line where it has several values
 * @param nextStep what to do when it is no JSON, and when it is not what the schema says
 * @throws UnreadableFileError naming what is not as it must be
 */
export function checkedJson<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  place: string,
  nextStep: { readonly syntax: string; readonly content: string },
): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new UnreadableFileError(`${place} is not JSON.`, nextStep.syntax);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UnreadableFileError(`${place}: "${issue?.path.join('.')}": ${issue?.message}.`, nextStep.content);
}

export function cannotBeRead(path: string, cause: unknown): UnreadableFileError {
  return new UnreadableFileError(`${path} cannot be read: ${describeError(cause)}.`, 'Check the path.', {
    cause,
  });
}

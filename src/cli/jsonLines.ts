import type * as z from 'zod';
import { UnreadableFileError } from '../engine/errors';
import { readLogLines } from '../journal/logLines';

/**
 * The values of a file with one JSON value a line; empty lines are passed over.
 * @throws UnreadableFileError naming the line that is not what the schema says
 */
export async function* readJsonLines<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): AsyncGenerator<z.output<Schema>> {
  try {
    for await (const { number, bytes } of readLogLines(path)) {
      const text = bytes
        .toString('utf8')
        .replace(/^\ufeff/, '')
        .trim();
      if (text !== '') yield parseLine(text, schema, `${path}:${number}`);
    }
  } catch (error) {
    if (error instanceof UnreadableFileError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new UnreadableFileError(`${path} cannot be read: ${message}.`, 'Check the path.', { cause: error });
  }
}

function parseLine<Schema extends z.ZodType>(text: string, schema: Schema, place: string): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UnreadableFileError(`${place} is not JSON.`, 'Each line must be one JSON object.');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UnreadableFileError(
    `${place}: "${issue?.path.join('.')}": ${issue?.message}.`,
    'Correct the line; vctx --help shows what a line must hold.',
  );
}

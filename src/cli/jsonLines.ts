import type * as z from 'zod';
import { UnreadableFileError } from '../engine/errors';
import { readLogLines } from '../journal/logLines';
import { cannotBeRead, checkedJson } from './checkedJson';

const NEXT_STEP = {
  syntax: 'Each line must be one JSON object.',
  content: 'Correct the line; vctx --help shows what a line must hold.',
};

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
      const text = bytes.toString('utf8').trim();
      if (text !== '') yield checkedJson(text, schema, `${path}:${number}`, NEXT_STEP);
    }
  } catch (error) {
    throw error instanceof UnreadableFileError ? error : cannotBeRead(path, error);
  }
}

import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { UnreadableFileError } from '../engine/errors';
import type { ModelPrices } from '../engine/modelPrices';

const dollars = z.number().nonnegative();

const modelPrices = z.record(
  z.string().min(1),
  z.strictObject({ input: dollars, cachedInput: dollars.exactOptional(), output: dollars }),
) satisfies z.ZodType<ModelPrices>;

/**
 * Prices as the setting `virtualContext.model.prices` has them, from a JSON file.
 * @throws UnreadableFileError naming what is not as it must be
 */
export async function readModelPrices(path: string): Promise<ModelPrices> {
  const nextStep =
    'Write it as the setting virtualContext.model.prices, dollars per million tokens: {"gpt-4.1*": {"input": 2, "cachedInput": 0.5, "output": 8}}.';
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableFileError(`${path} cannot be read: ${reason}.`, 'Check the path.', { cause: error });
  });
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new UnreadableFileError(`${path} is not JSON.`, nextStep);
  }
  const parsed = modelPrices.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UnreadableFileError(`${path}: "${issue?.path.join('.')}": ${issue?.message}.`, nextStep);
}

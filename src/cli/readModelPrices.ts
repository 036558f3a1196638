import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { ModelPrices } from '../engine/modelPrices';
import { cannotBeRead, checkedJson } from './checkedJson';

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
    throw cannotBeRead(path, error);
  });
  return checkedJson(text, modelPrices, path, { syntax: nextStep, content: nextStep });
}

import { expect, it } from 'vitest';
import { billOf, type ModelPrices } from '../../../src/engine/modelPrices';
import type { Spent } from '../../../src/engine/SpentTokens';

const million = { requests: 1, promptTokens: 1_000_000, cachedTokens: 400_000, outputTokens: 100_000 };
const on = (model: string): Spent => ({ model, ...million });
const flat = (input: number) => ({ input, output: 0 });

it('takes cached tokens out of the prompt and bills them apart', () => {
  const prices = { m: { input: 2, cachedInput: 0.5, output: 10 } };
  expect(billOf([on('custom:m')], prices).cost).toBeCloseTo(0.6 * 2 + 0.4 * 0.5 + 0.1 * 10, 12);
  expect(billOf([on('custom:m')], { m: { input: 2, output: 10 } }).cost).toBeCloseTo(3, 12);
});

it.each<[string, ModelPrices, number | undefined]>([
  ['openai:gpt-4.1', { 'gpt-4.1': flat(1), 'gpt-*': flat(2) }, 1],
  ['openai:gpt-4.1', { 'openai:gpt-4.1': flat(3), 'gpt-4.1': flat(1) }, 3],
  ['openai:gpt-4.1-mini', { 'gpt-*': flat(2), 'gpt-4.1*': flat(1) }, 1],
  ['ollama:llama3:8b', { 'llama3:8b': flat(1) }, 1],
  ['ollama:llama3:8b', { 'ollama:*': flat(0) }, 0],
  ['custom:a.b', { 'a*b': flat(1) }, 1],
  ['custom:aXb', { 'a.b': flat(1) }, undefined],
  ['custom:ab', { 'ab*b': flat(1) }, undefined],
  ['custom:x', {}, undefined],
])('%s by %j costs %s', (model, prices, cost) => {
  expect(billOf([on(model)], prices).cost).toBe(cost);
});

it('tells no cost when one of the models has no price, and none for nothing', () => {
  const bill = billOf([on('a'), on('b')], { a: flat(1) });
  expect(bill).toEqual({ promptTokens: 2_000_000, cachedTokens: 800_000, outputTokens: 200_000 });
  expect(billOf([], { a: flat(1) })).toEqual({ promptTokens: 0, outputTokens: 0 });
});

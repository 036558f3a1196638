/** What tokens cost, as far as the person has set prices: none are built in, they would soon be wrong. */
import type { Spent } from './SpentTokens';

/** Per million tokens. */
interface ModelPrice {
  readonly input: number;
  /** Of prompt tokens that the provider's cache served; as `input` when missing. */
  readonly cachedInput?: number;
  readonly output: number;
}

/** Prices by model: its name, its id with the provider before it, or either with `*` for any characters. */
export type ModelPrices = Readonly<Record<string, ModelPrice>>;

/** Totals of several models. */
export interface Bill {
  readonly promptTokens: number;
  /** Missing where no provider says. */
  readonly cachedTokens?: number;
  readonly outputTokens: number;
  /** Missing unless all models that were used have a price. */
  readonly cost?: number;
}

/** @returns the totals, with what they cost */
export function billOf(spent: readonly Spent[], prices: ModelPrices): Bill {
  let promptTokens = 0;
  let outputTokens = 0;
  let cachedTokens: number | undefined;
  let cost: number | undefined = 0;
  for (const part of spent) {
    promptTokens += part.promptTokens;
    outputTokens += part.outputTokens;
    if (part.cachedTokens !== undefined) cachedTokens = (cachedTokens ?? 0) + part.cachedTokens;
    const price = priceOf(part.model, prices);
    cost = price && cost !== undefined ? cost + costOf(part, price) : undefined;
  }
  return {
    promptTokens,
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
    outputTokens,
    ...(cost === undefined || spent.length === 0 ? {} : { cost }),
  };
}

/** @returns the price of a model: by its exact name, else by the longest pattern that fits */
function priceOf(model: string, prices: ModelPrices): ModelPrice | undefined {
  const name = model.slice(model.indexOf(':') + 1);
  const exact = prices[model] ?? prices[name];
  if (exact) return exact;
  const fitting = Object.keys(prices).filter((glob) => fits(glob, model) || fits(glob, name));
  const longest = fitting.sort((a, b) => b.length - a.length || (a < b ? -1 : 1))[0];
  return longest === undefined ? undefined : prices[longest];
}

function costOf({ promptTokens, cachedTokens = 0, outputTokens }: Spent, price: ModelPrice): number {
  const { input, cachedInput = input, output } = price;
  return ((promptTokens - cachedTokens) * input + cachedTokens * cachedInput + outputTokens * output) / 1e6;
}

/** Parts between asterisks in their order; no regular expression of what a person wrote. */
function fits(glob: string, text: string): boolean {
  const [first = '', ...rest] = glob.split('*');
  const last = rest.pop();
  if (last === undefined || !text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

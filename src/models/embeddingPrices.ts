/** What embeddings cost where that is known, and which endpoints cost nothing. */

/** US dollars for a million tokens (list prices of api.openai.com, 2026). */
const OPENAI_PRICES: Readonly<Record<string, number>> = {
  'text-embedding-3-small': 0.02,
  'text-embedding-3-large': 0.13,
  'text-embedding-ada-002': 0.1,
};

/** Whether an address is this machine: nothing leaves it, and nobody sends a bill. */
export function isLoopback(baseUrl: string): boolean {
  if (!URL.canParse(baseUrl)) return false;
  const { hostname } = new URL(baseUrl);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** @returns US dollars for so many tokens; undefined where the price is not known */
export function embeddingCost(baseUrl: string, model: string, tokens: number): number | undefined {
  if (isLoopback(baseUrl)) return 0;
  if (!URL.canParse(baseUrl) || new URL(baseUrl).hostname !== 'api.openai.com') return undefined;
  const price = OPENAI_PRICES[model];
  return price === undefined ? undefined : (price * tokens) / 1e6;
}

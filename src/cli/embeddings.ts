import type { DiskClient } from '../disk/client';
import { VirtualContextError } from '../engine/errors';
import { keyFor } from './chooseModel';

export interface EmbeddingOptions {
  readonly embeddings?: 'openai' | 'ollama';
  readonly embeddingsUrl?: string;
  readonly embeddingsModel?: string;
  /** The person agrees to what it may cost. */
  readonly yes?: boolean;
}

const URLS = { openai: 'https://api.openai.com/v1', ollama: 'http://127.0.0.1:11434' } as const;

/** Vectors that were asked for cannot be made. */
class EmbeddingError extends VirtualContextError {}

/** Says who makes vectors, when the person did. Call it before indexing. @throws EmbeddingError */
export async function chooseEmbeddings(disk: DiskClient, options: EmbeddingOptions): Promise<void> {
  const { embeddings: provider, embeddingsModel: model, yes } = options;
  if (!provider) return;
  if (!model)
    throw new EmbeddingError('No model for embeddings is named.', 'Name it with --embeddings-model.');
  const baseUrl = options.embeddingsUrl ?? URLS[provider];
  if (!/^https?:/i.test(baseUrl) || !URL.canParse(baseUrl))
    throw new EmbeddingError(`${baseUrl} is not an address.`, 'Give a URL, as http://host:port/v1.');
  const apiKey = keyFor(baseUrl, process.env);
  const key = apiKey ? { apiKey } : {};
  await disk.chooseEmbeddings({ provider, baseUrl, model, confirmed: yes === true, ...key });
}

/**
 * Waits until all pages have vectors. Call it after indexing.
 * @throws EmbeddingError when the endpoint refuses, or the cost was not agreed to
 */
export async function finishEmbeddings(
  disk: DiskClient,
  { embeddings }: EmbeddingOptions,
  signal: AbortSignal,
): Promise<void> {
  if (!embeddings) return;
  const { state, host, model, estimate, message, nextStep } = await disk.whenEmbedded(signal);
  if (state === 'error') throw new EmbeddingError(message ?? '', nextStep ?? '');
  if (state !== 'unconfirmed') return;
  const { pages = 0, tokens = 0, dollars } = estimate ?? {};
  const price = dollars === undefined ? 'unknown price' : `about $${dollars.toFixed(4)}`;
  throw new EmbeddingError(
    `Nothing was sent: ${pages} pages, about ${tokens} tokens, would go to ${host} for ${model} (${price}).`,
    'Say --yes if that is what you want.',
  );
}

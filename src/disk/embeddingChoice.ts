/** The endpoint that was chosen, and where texts may go. */
import { ModelError } from '../engine/errors';
import type { EmbeddingEndpoint } from '../models/embeddingEndpoint';
import { isLoopback } from '../models/embeddingPrices';
import type { EmbeddingChoice } from './protocol';

type Endpoint = Exclude<EmbeddingChoice, { readonly provider: 'none' }>;

export interface Chosen extends Endpoint {
  readonly endpoint: EmbeddingEndpoint;
  /** Stops what is asked of it once another is chosen. */
  readonly abort: AbortController;
}

export function modelOf({ provider, baseUrl, model }: Endpoint): string {
  return JSON.stringify([provider, baseUrl.replace(/\/+$/, ''), model]);
}

/** Whether questions may be sent to an endpoint after another was chosen: to the same server, or inside this machine. */
export function mayStillServe(former: string, chosen: string): boolean {
  return isLoopback(former) || new URL(former).origin === new URL(chosen).origin;
}

export function hostOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : baseUrl;
}

export function unconfirmedChoice({ endpoint: _, abort: __, ...choice }: Chosen): Endpoint {
  return { ...choice, confirmed: false };
}

/** Nothing is sent to a server that may send a bill before the person has agreed. */
export function mayBeSent({ confirmed, baseUrl }: Endpoint): boolean {
  return confirmed || isLoopback(baseUrl);
}

/** Whether only the person can mend it. */
export function isLasting(error: unknown): boolean {
  return error instanceof ModelError && !['rateLimit', 'network', 'cancelled'].includes(error.kind);
}

export function ofSeveralLengths({ model, baseUrl }: Endpoint): ModelError {
  return new ModelError(
    'badResponse',
    `${hostOf(baseUrl)} gave vectors of several lengths for “${model}”.`,
    'Check the setting virtualContext.embeddings.model.',
  );
}

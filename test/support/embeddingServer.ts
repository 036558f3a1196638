/**
 * A real HTTP embedding server on loopback, in the shape of OpenAI and of Ollama. Its vectors are counts of words, hashed into
 * few dimensions, in which words of one concept are the same: deterministic, and good enough to show that vectors reach the
 * ranking. It says nothing about how well a real model finds.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EmbeddingServer {
  /** Without a path. */
  readonly url: string;
  /** Texts of each request that was answered with vectors. */
  readonly answered: readonly (readonly string[])[];
  /** Path of each request, refused ones included. */
  readonly asked: readonly string[];
  dimensions: number;
  /** Required of every request, when set. */
  key: string | undefined;
  /** Texts longer than this are refused as too long for the model. */
  maxCharacters: number;
  /** What the next requests are refused with; `Retry-After` in seconds. */
  readonly refusals: { readonly status: number; readonly retryAfter?: number; readonly message?: string }[];
  /** Called before a request is answered. */
  before: () => Promise<void> | void;
  close(): Promise<void>;
}

const concepts = [
  ['car', 'automobile', 'vehicle'],
  ['remove', 'delete', 'purge'],
  ['money', 'currency', 'cash'],
];

export async function startEmbeddingServer(): Promise<EmbeddingServer> {
  const answered: string[][] = [];
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    asked.push(String(request.url));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    await state.before();
    const refusal = state.refusals.shift();
    if (refusal) {
      const headers = refusal.retryAfter === undefined ? {} : { 'retry-after': String(refusal.retryAfter) };
      return reply(response, refusal.status, { error: { message: refusal.message ?? 'refused' } }, headers);
    }
    if (state.key !== undefined && request.headers.authorization !== `Bearer ${state.key}`) {
      const message = `Incorrect API key provided: ${request.headers.authorization}`;
      return reply(response, 401, { error: { message, code: 'invalid_api_key' } });
    }
    const { input } = JSON.parse(Buffer.concat(chunks).toString()) as { input: string[] };
    if (input.some((text) => text.length > state.maxCharacters))
      return reply(response, 400, { error: { message: "This model's maximum context length is 10 tokens" } });
    answered.push(input);
    const vectors = input.map((text) => vectorOf(text, state.dimensions));
    if (request.url === '/v1/embeddings') {
      // In another order: the index says which is which.
      const data = vectors.map((embedding, index) => ({ index, embedding })).reverse();
      return reply(response, 200, { object: 'list', data });
    }
    if (request.url === '/api/embed') return reply(response, 200, { embeddings: vectors });
    return reply(response, 404, { error: { message: 'not found' } });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const state: EmbeddingServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered,
    asked,
    dimensions: 64,
    key: undefined,
    maxCharacters: Number.POSITIVE_INFINITY,
    refusals: [],
    before: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return state;
}

function vectorOf(text: string, dimensions: number): number[] {
  const vector = new Array<number>(dimensions).fill(0);
  for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) {
    const concept = concepts.findIndex((words) => words.includes(word));
    if (concept >= 0) vector[concept] = (vector[concept] as number) + 8;
    else {
      let hash = 7;
      for (const letter of word) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
      const place = concepts.length + (hash % (dimensions - concepts.length));
      vector[place] = (vector[place] as number) + 1;
    }
  }
  return vector;
}

function reply(response: ServerResponse, status: number, body: object, headers: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

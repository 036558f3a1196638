/** Turns texts into vectors at an endpoint: OpenAI-compatible (`/embeddings`) or Ollama's own (`/api/embed`). */
import { ModelError } from '../engine/errors';
import { backOffMs, wait } from './backOff';
import { classifyModelError } from './classifyModelError';
import { fetchJson, property } from './fetchJson';

interface EmbeddingEndpointOptions {
  readonly provider: 'openai' | 'ollama';
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string;
}

/** One request for many texts may take so long on a machine without a graphics card, ms. */
const PATIENCE_MS = 120_000;
/** Of a text that is longer than the model's window the first half is taken, so many times. */
const HALVINGS = 3;

export class EmbeddingEndpoint {
  private readonly url: string;

  constructor(private readonly options: EmbeddingEndpointOptions) {
    const base = options.baseUrl.replace(/\/+$/, '');
    this.url =
      options.provider === 'ollama' ? `${base.replace(/\/v1$/, '')}/api/embed` : `${base}/embeddings`;
  }

  /**
   * As often as the classifier says that it is worth it, and shortening what is too long for the model.
   * @returns one vector for each text, in order, all of one length
   * @throws ModelError
   */
  async embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    try {
      return await this.retrying(texts, signal);
    } catch (error) {
      if (!(error instanceof ModelError) || error.kind !== 'contextLength') throw error;
      if (texts.length === 1) return [await this.shortened(texts[0] as string, error, signal)];
      const middle = Math.ceil(texts.length / 2);
      const first = await this.embed(texts.slice(0, middle), signal);
      return [...first, ...(await this.embed(texts.slice(middle), signal))];
    }
  }

  /** Asked once, for someone who waits. @throws ModelError */
  async embedOne(text: string, timeoutMs: number, signal: AbortSignal): Promise<Float32Array> {
    const [vector] = await this.ask([text], timeoutMs, signal);
    return vector as Float32Array;
  }

  private async shortened(text: string, error: ModelError, signal: AbortSignal): Promise<Float32Array> {
    let short = text;
    for (let i = 0; i < HALVINGS; i++) {
      short = short.slice(0, Math.ceil(short.length / 2));
      try {
        return (await this.retrying([short], signal))[0] as Float32Array;
      } catch (again) {
        if (!(again instanceof ModelError) || again.kind !== 'contextLength') throw again;
      }
    }
    throw error;
  }

  private async retrying(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.ask(texts, PATIENCE_MS, signal);
      } catch (error) {
        const delay = error instanceof ModelError ? backOffMs(error, attempt, Math.random()) : undefined;
        if (delay === undefined) throw error;
        await wait(delay, signal);
      }
    }
  }

  private async ask(
    texts: readonly string[],
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Float32Array[]> {
    const { provider, model, apiKey, baseUrl } = this.options;
    const body =
      provider === 'ollama'
        ? { model, input: texts, truncate: true }
        : { model, input: texts, encoding_format: 'float' };
    try {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const answer = await fetchJson(this.url, { ...(apiKey && { apiKey }), body }, limited);
      return vectorsOf(
        provider === 'ollama' ? property(answer, 'embeddings') : inOrder(answer),
        texts.length,
      );
    } catch (error) {
      const classified = classifyModelError(error, { baseUrl, model, signal, ...(apiKey && { apiKey }) });
      throw forEmbeddings(classified);
    }
  }
}

/** The list of an OpenAI-compatible answer by its indices. */
function inOrder(answer: unknown): unknown {
  const data = property(answer, 'data');
  if (!Array.isArray(data)) return undefined;
  const vectors: unknown[] = new Array(data.length);
  for (const [i, item] of data.entries()) {
    const index = property(item, 'index');
    vectors[typeof index === 'number' ? index : i] = property(item, 'embedding');
  }
  return vectors;
}

/** @throws SyntaxError when that is not `count` lists of numbers of one length */
function vectorsOf(lists: unknown, count: number): Float32Array[] {
  if (!Array.isArray(lists) || lists.length !== count)
    throw new SyntaxError(`the answer does not hold ${count} vectors`);
  return lists.map((list: unknown) => {
    const isVector =
      Array.isArray(list) &&
      list.length > 0 &&
      list.length === (lists[0] as unknown[]).length &&
      list.every((value) => Number.isFinite(value));
    if (!isVector) throw new SyntaxError('the answer holds something that is no vector');
    return Float32Array.from(list as number[]);
  });
}

/** What to do next is told of chat models; here other settings are to be looked at. */
function forEmbeddings(error: ModelError): ModelError {
  const steps: Partial<Record<ModelError['kind'], string>> = {
    auth: 'Run “Virtual Context: Set Embeddings API Key”, or check what the key may be used for.',
    quota: 'Check plan and billing at the provider, or set virtualContext.embeddings.provider to another.',
    badResponse: 'Check the settings virtualContext.embeddings.model and virtualContext.embeddings.baseUrl.',
    contextLength: 'Set virtualContext.embeddings.model to a model that takes texts of 400 tokens.',
  };
  const nextStep = steps[error.kind];
  return nextStep === undefined ? error : new ModelError(error.kind, error.message, nextStep, error.details);
}

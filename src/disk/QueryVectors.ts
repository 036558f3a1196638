import type { EmbeddingEndpoint } from '../models/embeddingEndpoint';

/** A search goes on with terms alone after so long, ms. */
const patience = 2000;
/** After a failure nothing is asked for so long, ms: searches must not wait for a server that is down. */
const restTime = 30_000;
const remembered = 100;
/** Of a question that is a whole file the beginning says enough. */
const maxCharacters = 4000;

/** Vectors of questions, for searches that do not wait long. */
export class QueryVectors {
  private readonly known = new Map<string, Promise<Float32Array>>();
  private restsUntil = 0;

  /** @param onFailure told what the endpoint refused */
  constructor(
    private readonly endpoint: EmbeddingEndpoint,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** @returns undefined when the endpoint does not give one in time */
  async vector(question: string, signal: AbortSignal): Promise<Float32Array | undefined> {
    const text = question.slice(0, maxCharacters).trim();
    if (text === '') return undefined;
    try {
      return await (this.known.get(text) ?? this.ask(text, signal));
    } catch {
      return undefined;
    }
  }

  private async ask(text: string, signal: AbortSignal): Promise<Float32Array | undefined> {
    if (performance.now() < this.restsUntil) return undefined;
    const asked = this.endpoint.embedOne(text, patience, signal);
    this.known.set(text, asked);
    if (this.known.size > remembered) this.known.delete(this.known.keys().next().value as string);
    try {
      return await asked;
    } catch (error) {
      this.known.delete(text);
      if (!signal.aborted) {
        this.restsUntil = performance.now() + restTime;
        this.onFailure(error);
      }
      throw error;
    }
  }
}

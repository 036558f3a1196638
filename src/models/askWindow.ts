/** Asks an endpoint how many tokens it serves a model with: there is no standard, so each kind of server is asked its own way. */

import { fetchJson, property } from './fetchJson';
import type { OpenAIModelOptions } from './modelOptions';

export interface WindowAnswer {
  readonly tokens: number;
  /** False when the server may serve another window once the model is loaded: ask again. */
  readonly final: boolean;
  /** Whether the model can call functions, where the endpoint tells that too. */
  readonly callsFunctions?: boolean;
}

/**
 * What Ollama allocates when neither the model file nor its own configuration says otherwise, on machines with less than
 * 24 GiB of video memory (docs/context-length.mdx). Bigger machines default to more; `/api/ps` tells once the model is loaded.
 */
const OLLAMA_DEFAULT_TOKENS = 4_096;

/**
 * @returns undefined when the endpoint does not tell
 * @throws what `fetchJson` throws for the standard `/models` request, when no other request had an answer either
 */
export async function askWindow(
  { baseUrl, model, apiKey }: OpenAIModelOptions,
  signal: AbortSignal,
): Promise<WindowAnswer | undefined> {
  const base = baseUrl.replace(/\/+$/, '');
  const root = base.replace(/\/v1$/, '');
  const ask = (url: string, body?: unknown) =>
    fetchJson(url, { ...(apiKey && { apiKey }), ...(body !== undefined && { body }) }, signal);
  const listed = ask(`${base}/models`).then((answer) => fromModels(answer, model));
  // Only OpenAI is known to have none of the others; it would count them as failed requests.
  const others =
    new URL(base).hostname === 'api.openai.com'
      ? []
      : [
          askOllama(root, model, ask),
          ask(`${root}/api/v0/models`).then((answer) => fromLMStudio(answer, model)),
          ask(`${root}/props`).then(fromLlamaCpp),
        ];
  const answers = await Promise.allSettled([...others, listed]);
  for (const answer of answers) {
    if (answer.status === 'fulfilled' && answer.value !== undefined) return answer.value;
  }
  await listed;
  return undefined;
}

type Ask = (url: string, body?: unknown) => Promise<unknown>;

/**
 * Ollama cuts longer prompts silently, so only what it really allocates counts, not what the model was trained for
 * (`model_info.*.context_length`): the loaded model's size if it is loaded, else `num_ctx` of the model file, else the default.
 */
async function askOllama(root: string, model: string, ask: Ask): Promise<WindowAnswer | undefined> {
  const [running, shown] = await Promise.all([
    ask(`${root}/api/ps`).catch(() => undefined),
    ask(`${root}/api/show`, { model }),
  ]);
  const loaded = entries(property(running, 'models')).find((entry) =>
    sameOllamaModel(property(entry, 'name'), model),
  );
  const allocated = positive(property(loaded, 'context_length'));
  const functions = toolCapability(property(shown, 'capabilities'), 'tools');
  if (allocated !== undefined) return { tokens: allocated, final: true, ...functions };
  const info = property(shown, 'model_info');
  if (typeof info !== 'object' || info === null) return undefined;
  const parameters = property(shown, 'parameters');
  const set =
    typeof parameters === 'string' ? positive(/^num_ctx\s+(\d+)/m.exec(parameters)?.[1]) : undefined;
  const trained = positive(Object.entries(info).find(([name]) => name.endsWith('.context_length'))?.[1]);
  return {
    tokens: Math.min(set ?? OLLAMA_DEFAULT_TOKENS, trained ?? Number.POSITIVE_INFINITY),
    final: set !== undefined,
    ...functions,
  };
}

function sameOllamaModel(name: unknown, model: string): boolean {
  return name === model || name === `${model}:latest`;
}

/** LM Studio: the loaded size; an unloaded model is loaded with a size of the person's choosing, so its maximum says nothing final. */
function fromLMStudio(answer: unknown, model: string): WindowAnswer | undefined {
  const entry = entries(property(answer, 'data')).find((candidate) => property(candidate, 'id') === model);
  const loaded = positive(property(entry, 'loaded_context_length'));
  if (loaded !== undefined) return { tokens: loaded, final: true };
  const most = positive(property(entry, 'max_context_length'));
  // 4,096 is the size LM Studio loads models with unless told otherwise.
  return most === undefined ? undefined : { tokens: Math.min(most, 4_096), final: false };
}

/** llama.cpp: what one slot holds. */
function fromLlamaCpp(answer: unknown): WindowAnswer | undefined {
  const tokens = positive(property(answer, 'default_generation_settings', 'n_ctx'));
  return tokens === undefined ? undefined : { tokens, final: true };
}

/** Fields beside the standard ones in `/v1/models`: vLLM, OpenRouter and gateways, Mistral, Groq. */
function fromModels(answer: unknown, model: string): WindowAnswer | undefined {
  const entry = entries(property(answer, 'data')).find((candidate) => property(candidate, 'id') === model);
  const told = [
    property(entry, 'top_provider', 'context_length'),
    property(entry, 'max_model_len'),
    property(entry, 'context_length'),
    property(entry, 'max_context_length'),
    property(entry, 'context_window'),
  ];
  const tokens = told.map(positive).find((value) => value !== undefined);
  // OpenRouter and gateways that follow it.
  const functions = toolCapability(property(entry, 'supported_parameters'), 'tools');
  return tokens === undefined ? undefined : { tokens, final: true, ...functions };
}

/** What a list of a model's capabilities says about functions; nothing when there is no such list. */
function toolCapability(list: unknown, name: string): { readonly callsFunctions?: boolean } {
  return Array.isArray(list) ? { callsFunctions: list.includes(name) } : {};
}

function entries(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function positive(value: unknown): number | undefined {
  const tokens = typeof value === 'string' ? Number(value) : value;
  return typeof tokens === 'number' && Number.isInteger(tokens) && tokens > 0 ? tokens : undefined;
}

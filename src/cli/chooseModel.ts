import { ModelError } from '../engine/errors';
import type { LanguageModel } from '../engine/ports';
import { OfflineModel } from '../models/offlineModel';
import { MODEL_PRESETS } from '../models/presets';

export interface ModelOptions {
  /** `offline`, or the model's name at the endpoint. */
  readonly model: string;
  readonly baseUrl?: string;
  /** Tokens. */
  readonly window?: number;
}

const OPENAI_URL = 'https://api.openai.com/v1';

/** @throws ModelError when the endpoint needs a key and the environment has none */
export async function chooseModel({
  model,
  baseUrl = OPENAI_URL,
  window,
}: ModelOptions): Promise<LanguageModel> {
  if (model === 'offline') return new OfflineModel(window);
  const preset = MODEL_PRESETS.find((candidate) => candidate.baseUrl === baseUrl.replace(/\/+$/, ''));
  const apiKey = process.env.VIRTUAL_CONTEXT_API_KEY || process.env.OPENAI_API_KEY;
  if (preset?.needsKey && !apiKey) {
    throw new ModelError(
      'auth',
      `${preset.label} needs a key.`,
      'Set the environment variable OPENAI_API_KEY.',
    );
  }
  // Loaded only when it is needed: the client library is large.
  const { OpenAIModel } = await import('../models/openaiModel');
  return new OpenAIModel({
    provider: preset?.provider ?? 'custom',
    baseUrl,
    model,
    ...(apiKey ? { apiKey } : {}),
    ...(window === undefined ? {} : { windowTokens: window }),
  });
}

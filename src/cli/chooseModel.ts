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
  /** Environment variable that holds the key of this endpoint. */
  readonly keyEnv?: string;
}

const OPENAI_URL = 'https://api.openai.com/v1';

/** @throws ModelError when the endpoint has no model or address, or needs a key and the environment has none */
export async function chooseModel({
  model,
  baseUrl = OPENAI_URL,
  window,
  keyEnv,
}: ModelOptions): Promise<LanguageModel> {
  if (model === 'offline') {
    if (baseUrl === OPENAI_URL) return new OfflineModel(window);
    throw new ModelError('badResponse', `No model of ${baseUrl} is named.`, 'Name it with --model.');
  }
  if (!/^https?:/i.test(baseUrl) || !URL.canParse(baseUrl)) {
    throw new ModelError(
      'badResponse',
      `${baseUrl} is not an address.`,
      'Give a URL, as http://host:port/v1.',
    );
  }
  const preset = MODEL_PRESETS.find((candidate) => candidate.baseUrl === baseUrl.replace(/\/+$/, ''));
  if (keyEnv !== undefined && !process.env[keyEnv]) {
    const nextStep = 'Put the key into it, or name another with --key-env.';
    throw new ModelError('auth', `The environment variable ${keyEnv} is empty.`, nextStep);
  }
  const apiKey = keyEnv === undefined ? keyFor(baseUrl, process.env) : process.env[keyEnv];
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

/**
 * A key lies in many environments for the sake of other programs: only its owner gets it.
 * @returns VIRTUAL_CONTEXT_API_KEY for whatever endpoint the person names, OPENAI_API_KEY for OpenAI alone
 */
export function keyFor(baseUrl: string, env: NodeJS.ProcessEnv): string | undefined {
  const openAIKey = new URL(baseUrl).origin === new URL(OPENAI_URL).origin ? env.OPENAI_API_KEY : undefined;
  return env.VIRTUAL_CONTEXT_API_KEY || openAIKey || undefined;
}

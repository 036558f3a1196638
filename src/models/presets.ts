/** The endpoints a person can choose from, and what they offer. */
import { askWindow } from './askWindow';
import { classifyModelError } from './classifyModelError';
import { fetchJson, property } from './fetchJson';

export interface ModelPreset {
  readonly provider: 'openai' | 'ollama' | 'custom';
  readonly label: string;
  /** Empty where the person must give it. */
  readonly baseUrl: string;
  readonly needsKey: boolean;
}

export const MODEL_PRESETS: readonly ModelPreset[] = [
  { provider: 'openai', label: 'OpenAI', baseUrl: 'https://api.openai.com/v1', needsKey: true },
  // Not `localhost`: where that resolves to ::1 first, Ollama, which listens on IPv4, is not found by every client.
  { provider: 'ollama', label: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', needsKey: false },
  { provider: 'custom', label: 'OpenAI-compatible endpoint', baseUrl: '', needsKey: false },
];

const OLLAMA_URL = 'http://127.0.0.1:11434';
const DETECTION_LIMIT_MS = 1_500;
const LISTING_LIMIT_MS = 10_000;
const PROBE_LIMIT_MS = 3_000;

/**
 * @param url for tests; Ollama's default address otherwise
 * @returns names of the installed models; undefined when no Ollama answers within 1.5 s
 */
export async function detectOllama(signal: AbortSignal, url = OLLAMA_URL): Promise<string[] | undefined> {
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(DETECTION_LIMIT_MS)]);
    const models = property(await fetchJson(`${url}/api/tags`, {}, limited), 'models');
    return Array.isArray(models) ? texts(models.map((model) => property(model, 'name'))) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Asks `/models`, at most 10 s.
 * @returns the ids an endpoint offers, sorted
 * @throws ModelError
 */
export async function listModels(
  baseUrl: string,
  apiKey: string | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(LISTING_LIMIT_MS)]);
    const answer = await fetchJson(
      `${baseUrl.replace(/\/+$/, '')}/models`,
      apiKey ? { apiKey } : {},
      limited,
    );
    const data = property(answer, 'data');
    if (!Array.isArray(data)) throw new SyntaxError('the answer is not a list of models');
    return texts(data.map((model) => property(model, 'id'))).sort();
  } catch (error) {
    throw classifyModelError(error, { baseUrl, signal, ...(apiKey && { apiKey }) });
  }
}

/**
 * Asks as for the window, at most 3 s.
 * @returns whether a model can call functions; undefined when its endpoint does not tell
 */
export async function callsFunctions(
  baseUrl: string,
  model: string,
  apiKey: string | undefined,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(PROBE_LIMIT_MS)]);
    const options = { provider: '', baseUrl, model, ...(apiKey ? { apiKey } : {}) };
    return (await askWindow(options, limited))?.callsFunctions;
  } catch {
    return undefined;
  }
}

function texts(values: readonly unknown[]): string[] {
  return values.filter((value) => typeof value === 'string');
}

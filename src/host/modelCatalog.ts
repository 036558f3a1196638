/** The endpoints a person can choose from, as the picker needs them; models/ implements it. */
import type { Settings } from './settings';

export interface Endpoint {
  readonly provider: 'openai' | 'ollama' | 'custom';
  readonly label: string;
  /** Empty where the person must give it. */
  readonly baseUrl: string;
  readonly needsKey: boolean;
}

export interface ModelCatalog {
  readonly endpoints: readonly Endpoint[];
  /** @returns names of the installed models; undefined when no Ollama answers */
  detectOllama(signal: AbortSignal): Promise<readonly string[] | undefined>;
  /** @throws ModelError */
  listModels(baseUrl: string, apiKey: string | undefined, signal: AbortSignal): Promise<readonly string[]>;
  /** @returns whether a model can call functions; undefined when its endpoint does not tell. Never rejects. */
  callsFunctions(
    baseUrl: string,
    model: string,
    apiKey: string | undefined,
    signal: AbortSignal,
  ): Promise<boolean | undefined>;
}

/** @returns the base URL in use; empty for the offline model and for a custom endpoint without one */
export function endpointUrl(catalog: ModelCatalog, settings: Pick<Settings, 'provider' | 'baseUrl'>): string {
  const endpoint = catalog.endpoints.find((candidate) => candidate.provider === settings.provider);
  return (endpoint && settings.baseUrl) || endpoint?.baseUrl || '';
}

/** @returns what the surfaces call the model in use */
export function modelLabel(settings: Pick<Settings, 'provider' | 'modelName'>): string {
  if (settings.provider === 'offline') return 'Offline (no model)';
  return settings.modelName || `${settings.provider}: no model chosen`;
}

/** Makes the language model that the settings name. */
import { ModelError } from '../engine/errors';
import type { LanguageModel } from '../engine/ports';
import { OfflineModel } from '../models/offlineModel';
import { MODEL_PRESETS } from '../models/presets';
import type { ApiKeys } from './apiKeys';
import { readSettings, type Settings } from './settings';

/** @returns the endpoint's base URL; empty for the offline model and for a custom endpoint without one */
export function endpointOf(settings: Settings): string {
  const preset = MODEL_PRESETS.find((candidate) => candidate.provider === settings.provider);
  return settings.baseUrl || preset?.baseUrl || '';
}

/** @returns what the chat panel and the status bar call the model */
export function modelLabel(settings: Settings): string {
  return settings.provider === 'offline'
    ? 'Offline (no model)'
    : settings.modelName || `${settings.provider}: no model chosen`;
}

/** @throws ModelError when the settings do not name a model that can be reached */
export async function createModel(keys: ApiKeys): Promise<LanguageModel> {
  const settings = readSettings();
  if (settings.provider === 'offline') return new OfflineModel(settings.contextWindow || undefined);
  const baseUrl = endpointOf(settings);
  if (baseUrl === '' || settings.modelName === '') {
    throw new ModelError(
      'badResponse',
      'No model is chosen for this provider.',
      'Run "Virtual Context: Select Model".',
    );
  }
  const apiKey = await keys.get(baseUrl);
  const { OpenAIModel } = await import('../models/openaiModel');
  return new OpenAIModel({
    provider: settings.provider,
    baseUrl,
    model: settings.modelName,
    ...(apiKey ? { apiKey } : {}),
    ...(settings.contextWindow > 0 ? { windowTokens: settings.contextWindow } : {}),
  });
}

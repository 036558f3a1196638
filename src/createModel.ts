/** The model that a choice names; its code is loaded when it is first needed. */
import { ModelError } from './engine/errors';
import type { LanguageModel } from './engine/ports';
import type { ApiKeys } from './host/apiKeys';
import type { ModelChoice } from './host/chatModels';
import { readSettings } from './host/settings';

/** @throws ModelError when the choice does not name a model that can be reached */
export async function createModel(keys: ApiKeys, choice: ModelChoice): Promise<LanguageModel> {
  const { provider, baseUrl, name, contextWindow } = choice;
  if (provider === 'offline') {
    const { OfflineModel } = await import('./agent');
    return new OfflineModel(contextWindow || undefined);
  }
  if (baseUrl === '' || name === '') {
    const nextStep = 'Run "Virtual Context: Select Model".';
    throw new ModelError('badResponse', 'No model is chosen for this provider.', nextStep);
  }
  const { reasoningEffort, temperature } = readSettings();
  const apiKey = await keys.get(baseUrl);
  const { OpenAIModel } = await import('./models/openaiModel');
  return new OpenAIModel({
    provider,
    baseUrl,
    model: name,
    ...(apiKey ? { apiKey } : {}),
    ...(contextWindow > 0 ? { windowTokens: contextWindow } : {}),
    ...(reasoningEffort ? { reasoningEffort } : {}),
    ...(temperature === undefined ? {} : { temperature }),
  });
}

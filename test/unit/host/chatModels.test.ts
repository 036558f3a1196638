import { expect, it } from 'vitest';
import { ChatModels, type ModelChoice, type ModelledChat, modelChoice } from '../../../src/host/chatModels';
import type { ModelCatalog } from '../../../src/host/modelCatalog';
import type { Settings } from '../../../src/host/settings';
import { ScriptedModel } from '../../support/scriptedModel';

const catalog = {
  endpoints: [
    { provider: 'openai', label: 'OpenAI', baseUrl: 'https://openai/v1', needsKey: true },
    { provider: 'ollama', label: 'Ollama', baseUrl: 'http://ollama/v1', needsKey: false },
    { provider: 'custom', label: 'Custom', baseUrl: '', needsKey: false },
  ],
} as unknown as ModelCatalog;

const settings = {
  provider: 'custom',
  modelName: 'main',
  baseUrl: 'http://mine/v1',
  contextWindow: 9000,
  modeModels: { ask: 'ollama:llama3:8b' },
  summaryModel: '',
  mode: 'edit',
} as unknown as Settings;

it.each<[string, ModelChoice]>([
  ['', { provider: 'custom', name: 'main', baseUrl: 'http://mine/v1', contextWindow: 9000 }],
  ['main', { provider: 'custom', name: 'main', baseUrl: 'http://mine/v1', contextWindow: 9000 }],
  ['custom:main', { provider: 'custom', name: 'main', baseUrl: 'http://mine/v1', contextWindow: 9000 }],
  ['other', { provider: 'custom', name: 'other', baseUrl: 'http://mine/v1', contextWindow: 0 }],
  ['llama3:8b', { provider: 'custom', name: 'llama3:8b', baseUrl: 'http://mine/v1', contextWindow: 0 }],
  [
    'ollama:llama3:8b',
    { provider: 'ollama', name: 'llama3:8b', baseUrl: 'http://ollama/v1', contextWindow: 0 },
  ],
  ['openai:gpt', { provider: 'openai', name: 'gpt', baseUrl: 'https://openai/v1', contextWindow: 0 }],
  ['offline', { provider: 'offline', name: '', baseUrl: '', contextWindow: 0 }],
])('takes %j for a model', (name, choice) => {
  expect(modelChoice(name, settings, catalog)).toEqual(choice);
});

it('takes the model of the chat before that of the mode before that of the settings, each made once', async () => {
  let now: Settings = settings;
  const made: string[] = [];
  const models = new ChatModels({
    settings: () => now,
    catalog,
    create: async ({ provider, name }) => {
      made.push(`${provider}:${name}`);
      return new ScriptedModel(() => ({}), { id: `${provider}:${name}` });
    },
  });
  const id = async (chat: ModelledChat) => (await models.current(chat)).id;
  expect(await id({ mode: 'edit' })).toBe('custom:main');
  expect(await id({ mode: 'ask' })).toBe('ollama:llama3:8b');
  expect(await id({ mode: 'ask', model: 'offline' })).toBe('offline:');
  expect(models.describe({ mode: 'ask', model: 'offline' })).toEqual({
    label: 'Offline (no model)',
    offline: true,
  });
  expect(models.describe({ mode: 'ask' }).label).toBe('llama3:8b');
  expect(await id({ mode: 'auto' })).toBe('custom:main');
  expect(made).toEqual(['custom:main', 'ollama:llama3:8b', 'offline:']);
  expect(await models.forSummaries()).toBeUndefined();
  now = { ...settings, summaryModel: 'small' };
  expect((await models.forSummaries())?.id).toBe('custom:small');
});

import { expect, it } from 'vitest';
import { ChatModels, type ModelChoice, modelChoice } from '../../../src/host/chatModels';
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
  const values = new Map<string, unknown>();
  let now: Settings = settings;
  const made: string[] = [];
  const models = new ChatModels({
    settings: () => now,
    catalog,
    create: async ({ provider, name }) => {
      made.push(`${provider}:${name}`);
      return new ScriptedModel(() => ({}), { id: `${provider}:${name}` });
    },
    memento: {
      get: (key: string, otherwise: unknown) => values.get(key) ?? otherwise,
      update: async (key: string, value: unknown) => void values.set(key, value),
    } as never,
  });
  const id = async (session: string) => (await models.current(session)).id;
  expect(await id('a')).toBe('custom:main');
  now = { ...settings, mode: 'ask' };
  expect(await id('a')).toBe('ollama:llama3:8b');
  await models.choose('a', 'offline');
  expect(models.describe('a')).toEqual({ label: 'Offline (no model)', offline: true });
  expect(models.describe('b').label).toBe('llama3:8b');
  await models.inherit('a', 'b');
  expect(await id('b')).toBe('offline:');
  now = settings;
  expect(await id('c')).toBe('custom:main');
  expect(made).toEqual(['custom:main', 'ollama:llama3:8b', 'offline:']);
  expect(await models.forSummaries()).toBeUndefined();
  now = { ...settings, summaryModel: 'small' };
  expect((await models.forSummaries())?.id).toBe('custom:small');
});

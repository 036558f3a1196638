import { beforeEach, expect, it, vi } from 'vitest';
import { contributes } from '../../../package.json';
import { chatSettings, readEmbeddingSettings, readSettings } from '../../../src/host/settings';

/** What the person has set. */
const set = new Map<string, unknown>();
/** What the code takes when nothing is set. */
const defaults = new Map<string, unknown>();

vi.mock('vscode', () => ({
  workspace: {
    getConfiguration: (section: string) => ({
      get: (key: string, otherwise: unknown) => {
        defaults.set(`${section}.${key}`, otherwise);
        return set.has(key) ? set.get(key) : otherwise;
      },
    }),
  },
}));

beforeEach(() => set.clear());

it('takes for every setting the default that package.json tells', () => {
  readSettings();
  readEmbeddingSettings();
  const { properties } = contributes.configuration;
  const told = Object.entries(properties).map(([key, property]) => [key, property.default]);
  expect(Object.fromEntries(defaults)).toEqual(Object.fromEntries(told));
});

it('keeps the policy of a chat while it is open, and takes its other settings at once', () => {
  const settings = chatSettings();
  set.set('policy', 'memgpt').set('memory.residentLimit', 5000).set('memory.highWatermark', 0.8);
  expect(settings()).toMatchObject({ policy: { name: 'virtual', high: 0.8 }, residentLimit: 5000 });
  expect(chatSettings()()).toMatchObject({ policy: { name: 'memgpt', high: 1 } });
});

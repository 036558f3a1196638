import { beforeEach, expect, it, vi } from 'vitest';
import { MISSED_WITHOUT_FUNCTIONS } from '../../../src/engine/missedWithoutFunctions';
import type { ApiKeys } from '../../../src/host/apiKeys';
import type { ModelCatalog } from '../../../src/host/modelCatalog';
import { ModelPicker } from '../../../src/host/modelPicker';

const vscode = vi.hoisted(() => ({
  settings: {} as Record<string, unknown>,
  window: {
    withProgress: (_: unknown, run: (progress: unknown, token: unknown) => unknown) =>
      run({}, { onCancellationRequested: () => undefined }),
    showQuickPick: vi.fn(),
    showInputBox: vi.fn(),
    showWarningMessage: vi.fn(),
  },
  commands: { executeCommand: vi.fn() },
}));

vi.mock('vscode', () => ({
  ...vscode,
  ProgressLocation: { Notification: 15 },
  workspace: {
    getConfiguration: () => ({
      get: (name: string, otherwise: unknown) => vscode.settings[name] ?? otherwise,
    }),
  },
}));

const callsFunctions = vi.fn(async (_: string, name: string) => name !== 'plain');
const catalog = {
  endpoints: [
    { provider: 'ollama', label: 'Ollama', baseUrl: 'http://ollama/v1', needsKey: false },
    { provider: 'custom', label: 'Custom', baseUrl: '', needsKey: false },
  ],
  detectOllama: async () => ['plain'],
  listModels: async () => ['main'],
  callsFunctions,
} as unknown as ModelCatalog;
const keys = { get: async () => 'a key' } as unknown as ApiKeys;
const { showQuickPick, showInputBox, showWarningMessage } = vscode.window;

beforeEach(() => {
  vi.clearAllMocks();
  vscode.settings = {
    'model.provider': 'custom',
    'model.name': 'main',
    'model.baseUrl': 'http://mine/v1',
  };
});

/** Chooses the entry with that label, as a person does. */
const picks = (label: string) =>
  showQuickPick.mockImplementation(async (items: readonly { readonly label: string }[]) =>
    items.find((item) => item.label === label),
  );

it('offers a model that calls no functions with what is missed, and takes it only when the person insists', async () => {
  picks('ollama:plain');
  const picker = new ModelPicker(keys, catalog);
  showWarningMessage.mockResolvedValueOnce(undefined);
  expect(await picker.pickModel('Which?')).toBeUndefined();
  expect(showWarningMessage).toHaveBeenCalledWith(
    'plain cannot call functions.',
    { modal: true, detail: MISSED_WITHOUT_FUNCTIONS },
    'Use It Anyway',
  );
  expect(callsFunctions).toHaveBeenCalledWith('http://ollama/v1', 'plain', 'a key', expect.anything());
  showWarningMessage.mockResolvedValueOnce('Use It Anyway');
  expect(await picker.pickModel('Which?')).toBe('ollama:plain');
});

it.each(['main', 'Offline'])('asks nothing about %s', async (label) => {
  picks(label);
  expect(await new ModelPicker(keys, catalog).pickModel('Which?')).toBe(label.toLowerCase());
  expect(showWarningMessage).not.toHaveBeenCalled();
});

it('asks about a name that was typed too', async () => {
  picks('Other…');
  showInputBox.mockResolvedValue(' plain ');
  showWarningMessage.mockResolvedValueOnce(undefined);
  expect(await new ModelPicker(keys, catalog).pickModel('Which?')).toBeUndefined();
  expect(callsFunctions).toHaveBeenCalledWith('http://mine/v1', 'plain', 'a key', expect.anything());
});

it('tells of models for modes that call no functions, of each once, with the way to the setting', async () => {
  vscode.settings['model.forMode'] = { ask: 'ollama:plain', edit: 'main', auto: 'offline' };
  showWarningMessage.mockResolvedValue('Change the Setting');
  const picker = new ModelPicker(keys, catalog);
  await picker.checkModeModels();
  await picker.checkModeModels();
  expect(showWarningMessage).toHaveBeenCalledExactlyOnceWith(
    `plain, the model for the mode “ask”, cannot call functions. ${MISSED_WITHOUT_FUNCTIONS}`,
    'Change the Setting',
  );
  expect(vscode.commands.executeCommand).toHaveBeenCalledWith(
    'workbench.action.openSettings',
    'virtualContext.model.forMode',
  );
});

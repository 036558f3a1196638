/** Select Model and the API key commands: quick picks over providers and what they offer. */
import { ProgressLocation, type QuickPickItem, window } from 'vscode';
import { describeError } from '../engine/errors';
import { detectOllama, listModels, MODEL_PRESETS, type ModelPreset } from '../models/presets';
import type { ApiKeys } from './apiKeys';
import { endpointOf } from './modelSource';
import { readSettings, writeModelSettings } from './settings';

interface ProviderItem extends QuickPickItem {
  readonly preset: ModelPreset | undefined;
}

export class ModelPicker {
  constructor(private readonly keys: ApiKeys) {}

  /** Provider, endpoint, key and model, in that order; Escape at any point changes nothing. */
  async selectModel(): Promise<void> {
    const ollama = await withProgress('Looking for models', (signal) => detectOllama(signal));
    const provider = await window.showQuickPick(providerItems(ollama), {
      title: 'Virtual Context: Select Model',
      placeHolder: 'Who should answer?',
    });
    if (!provider) return;
    const { preset } = provider;
    if (!preset) return writeModelSettings({ provider: 'offline', name: '', baseUrl: '' });
    const baseUrl = preset.provider === 'custom' ? await askBaseUrl() : preset.baseUrl;
    if (!baseUrl) return;
    if (preset.needsKey && !(await this.keys.get(baseUrl)) && !(await this.askKey(baseUrl))) return;
    const name = await this.askModel(preset, baseUrl, ollama);
    if (!name) return;
    const settingsUrl = preset.provider === 'custom' ? baseUrl : '';
    await writeModelSettings({ provider: preset.provider, name, baseUrl: settingsUrl });
  }

  /** @returns whether a key was set for the endpoint in use */
  async setApiKey(): Promise<boolean> {
    const baseUrl = endpointOf(readSettings());
    if (baseUrl === '') {
      const choice = await window.showInformationMessage('The offline model needs no key.', 'Select Model');
      if (choice) await this.selectModel();
      return false;
    }
    return this.askKey(baseUrl);
  }

  async clearApiKey(): Promise<void> {
    const baseUrl = endpointOf(readSettings());
    if (baseUrl !== '') await this.keys.clear(baseUrl);
    void window.showInformationMessage('The API key was removed.');
  }

  private async askKey(baseUrl: string): Promise<boolean> {
    const key = await window.showInputBox({
      title: `API key for ${new URL(baseUrl).host}`,
      prompt: 'Kept in the secret storage of VS Code; sent to this host only.',
      password: true,
      ignoreFocusOut: true,
    });
    if (!key?.trim()) return false;
    await this.keys.set(baseUrl, key.trim());
    return true;
  }

  private async askModel(
    preset: ModelPreset,
    baseUrl: string,
    ollama: readonly string[] | undefined,
  ): Promise<string | undefined> {
    const key = await this.keys.get(baseUrl);
    let problem = '';
    const names =
      preset.provider === 'ollama' && ollama
        ? ollama
        : await withProgress('Asking the endpoint for its models', (signal) =>
            listModels(baseUrl, key, signal).catch((error: unknown) => {
              problem = describeError(error);
              return [];
            }),
          );
    if (names && names.length > 0) {
      return window.showQuickPick([...names], {
        title: 'Virtual Context: Select Model',
        placeHolder: 'Model',
      });
    }
    return window.showInputBox({
      title: 'Virtual Context: Select Model',
      prompt: problem || 'The endpoint does not list its models. Type the name of one.',
      placeHolder: 'Name of the model',
      ignoreFocusOut: true,
    });
  }
}

function providerItems(ollama: readonly string[] | undefined): ProviderItem[] {
  const detail: Record<ModelPreset['provider'], string> = {
    openai: 'Needs an API key',
    ollama: ollama ? `Running on this machine, ${ollama.length} models` : 'Not running on this machine',
    custom: 'Any endpoint that speaks OpenAI chat completions',
  };
  return [
    ...MODEL_PRESETS.map((preset) => ({ label: preset.label, detail: detail[preset.provider], preset })),
    { label: 'Offline', detail: 'No language model: searches and quotes the workspace', preset: undefined },
  ];
}

function askBaseUrl(): Thenable<string | undefined> {
  return window.showInputBox({
    title: 'Base URL of the endpoint',
    prompt: 'Everything before /chat/completions',
    placeHolder: 'http://127.0.0.1:8080/v1',
    value: readSettings().baseUrl,
    ignoreFocusOut: true,
    validateInput: (value) =>
      /^https?:$/.test(URL.canParse(value) ? new URL(value).protocol : '')
        ? undefined
        : 'An http:// or https:// URL',
  });
}

async function withProgress<T>(title: string, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    (_, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      return run(abort.signal);
    },
  );
}

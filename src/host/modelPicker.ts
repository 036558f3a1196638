/** Select Model and the API key commands: quick picks over providers and what they offer. */
import { commands, ProgressLocation, type QuickPickItem, window } from 'vscode';
import { describeError } from '../engine/errors';
import { MISSED_WITHOUT_FUNCTIONS } from '../engine/missedWithoutFunctions';
import type { ApiKeys } from './apiKeys';
import { type ModelChoice, modelChoice } from './chatModels';
import { type Endpoint, endpointUrl, type ModelCatalog } from './modelCatalog';
import { readSettings, type Settings, writeModelSettings } from './settings';

const USE_ANYWAY = 'Use It Anyway';
const CHANGE_SETTING = 'Change the Setting';
const MODE_SETTING = 'virtualContext.model.forMode';

type NamedModel = Pick<ModelChoice, 'baseUrl' | 'name'>;

const OFFLINE_ITEM: QuickPickItem = {
  label: 'Offline',
  detail: 'No language model: searches and quotes the workspace',
};
const OTHER_ITEM: QuickPickItem = { label: 'Other…', detail: 'Type its name' };

interface ProviderItem extends QuickPickItem {
  readonly endpoint: Endpoint | undefined;
}

export class ModelPicker {
  /** Models for modes whose endpoints were asked. */
  private readonly checked = new Set<string>();

  constructor(
    private readonly keys: ApiKeys,
    private readonly catalog: ModelCatalog,
  ) {}

  /** Provider, endpoint, key and model, in that order; Escape at any point changes nothing. */
  async selectModel(): Promise<void> {
    const ollama = await withProgress('Looking for models', (signal) => this.catalog.detectOllama(signal));
    const provider = await window.showQuickPick(providerItems(this.catalog.endpoints, ollama), {
      title: 'Virtual Context: Select Model',
      placeHolder: 'Who should answer?',
    });
    if (!provider) return;
    const { endpoint } = provider;
    if (!endpoint) return writeModelSettings({ provider: 'offline' });
    const baseUrl = endpoint.provider === 'custom' ? await askBaseUrl() : endpoint.baseUrl;
    if (!baseUrl) return;
    if (endpoint.needsKey && !(await this.keys.get(baseUrl)) && !(await this.askKey(baseUrl))) return;
    const name = await this.askModel(endpoint, baseUrl, ollama);
    if (!name || !(await this.accepts({ baseUrl, name }))) return;
    const settingsUrl = endpoint.provider === 'custom' ? baseUrl : '';
    await writeModelSettings({ provider: endpoint.provider, name, baseUrl: settingsUrl });
  }

  /**
   * A model for one chat: of the endpoint in use, of Ollama where it runs, or typed.
   * @returns its name as the settings have it; undefined when the person leaves
   */
  async pickModel(title: string): Promise<string | undefined> {
    const settings = readSettings();
    const name = await this.pickName(title, settings);
    if (name === undefined) return undefined;
    return (await this.accepts(modelChoice(name, settings, this.catalog))) ? name : undefined;
  }

  /** Tells of models that the settings name for modes and that call no functions; of each once. */
  async checkModeModels(): Promise<void> {
    const settings = readSettings();
    for (const [mode, written = ''] of Object.entries(settings.modeModels)) {
      const name = written.trim();
      if (name === '' || this.checked.has(name)) continue;
      this.checked.add(name);
      const choice = modelChoice(name, settings, this.catalog);
      if (await this.callsFunctions(choice, new AbortController().signal)) continue;
      const message = `${choice.name}, the model for the mode “${mode}”, cannot call functions. ${MISSED_WITHOUT_FUNCTIONS}`;
      // Shown until it is closed: nothing waits for it.
      void window.showWarningMessage(message, CHANGE_SETTING).then((answer) => {
        if (answer) void commands.executeCommand('workbench.action.openSettings', MODE_SETTING);
      });
    }
  }

  private async pickName(title: string, settings: Settings): Promise<string | undefined> {
    const names = await withProgress('Looking for models', (signal) => this.modelsInReach(settings, signal));
    const items: QuickPickItem[] = [...names.map((label) => ({ label })), OFFLINE_ITEM, OTHER_ITEM];
    const picked = await window.showQuickPick(items, { title, placeHolder: 'Which model?' });
    if (picked === OFFLINE_ITEM) return 'offline';
    if (picked !== OTHER_ITEM) return picked?.label;
    const name = await window.showInputBox({
      title,
      prompt: 'Name of the model, or provider:model (openai, ollama, custom)',
      ignoreFocusOut: true,
    });
    return name?.trim() || undefined;
  }

  private async modelsInReach(settings: Settings, signal: AbortSignal): Promise<readonly string[]> {
    const baseUrl = endpointUrl(this.catalog, settings);
    const key = await this.keys.get(baseUrl);
    const [own, ollama] = await Promise.all([
      baseUrl === '' ? [] : this.catalog.listModels(baseUrl, key, signal).catch(() => []),
      settings.provider === 'ollama' ? undefined : this.catalog.detectOllama(signal),
    ]);
    const named = [settings.modelName, ...Object.values(settings.modeModels)].filter((name) => !!name);
    return [...new Set([...own, ...named, ...(ollama ?? []).map((name) => `ollama:${name}`)])].map(String);
  }

  /** @returns whether a key was set for the endpoint in use */
  async setApiKey(): Promise<boolean> {
    const baseUrl = endpointUrl(this.catalog, readSettings());
    if (baseUrl === '') {
      const choice = await window.showInformationMessage('The offline model needs no key.', 'Select Model');
      if (choice) await this.selectModel();
      return false;
    }
    return this.askKey(baseUrl);
  }

  async clearApiKey(): Promise<void> {
    const baseUrl = endpointUrl(this.catalog, readSettings());
    if (baseUrl !== '') await this.keys.clear(baseUrl);
    void window.showInformationMessage('The API key was removed.');
  }

  /** A model that is known to call no functions is taken only by those who know what they miss. */
  private async accepts(model: NamedModel): Promise<boolean> {
    const calls = await withProgress('Asking what the model can do', (signal) =>
      this.callsFunctions(model, signal),
    );
    if (calls) return true;
    const { name } = model;
    const answer = await window.showWarningMessage(
      `${name} cannot call functions.`,
      { modal: true, detail: MISSED_WITHOUT_FUNCTIONS },
      USE_ANYWAY,
    );
    return answer === USE_ANYWAY;
  }

  /** @returns false only where the endpoint says so */
  private async callsFunctions({ baseUrl, name }: NamedModel, signal: AbortSignal): Promise<boolean> {
    if (baseUrl === '' || name === '') return true;
    const key = await this.keys.get(baseUrl);
    return (await this.catalog.callsFunctions(baseUrl, name, key, signal)) !== false;
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
    endpoint: Endpoint,
    baseUrl: string,
    ollama: readonly string[] | undefined,
  ): Promise<string | undefined> {
    const key = await this.keys.get(baseUrl);
    let problem = '';
    const names =
      endpoint.provider === 'ollama' && ollama
        ? ollama
        : await withProgress('Asking the endpoint for its models', (signal) =>
            this.catalog.listModels(baseUrl, key, signal).catch((error: unknown) => {
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

function providerItems(
  endpoints: readonly Endpoint[],
  ollama: readonly string[] | undefined,
): ProviderItem[] {
  const detail: Record<Endpoint['provider'], string> = {
    openai: 'Needs an API key',
    ollama: ollama ? `Running on this machine, ${ollama.length} models` : 'Not running on this machine',
    custom: 'Any endpoint that speaks OpenAI chat completions',
  };
  return [
    ...endpoints.map((endpoint) => ({ label: endpoint.label, detail: detail[endpoint.provider], endpoint })),
    { label: 'Offline', detail: 'No language model: searches and quotes the workspace', endpoint: undefined },
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

/** Which model answers a chat: the one chosen for it, else the one of its mode, else the one of the settings. */
import type { Memento } from 'vscode';
import type { LanguageModel } from '../engine/ports';
import { endpointUrl, type ModelCatalog, modelLabel } from './modelCatalog';
import type { ModelProvider, Settings } from './settings';

/** What it takes to make a model. */
export interface ModelChoice {
  readonly provider: ModelProvider;
  readonly name: string;
  /** Empty for the offline model, and where the person has to give it. */
  readonly baseUrl: string;
  /** Tokens; 0: ask the endpoint. */
  readonly contextWindow: number;
}

export interface ChatModelsParts {
  readonly settings: () => Settings;
  readonly catalog: ModelCatalog;
  /** @throws ModelError when the choice names no model that can be reached */
  readonly create: (choice: ModelChoice) => Promise<LanguageModel>;
  /** Remembers the models that were chosen for single chats. */
  readonly memento: Memento;
}

const CHOSEN = 'chatModels';
/** Chats whose choice is remembered. */
const REMEMBERED = 200;
const PROVIDERS: ReadonlySet<string> = new Set(['offline', 'openai', 'ollama', 'custom']);

export class ChatModels {
  private readonly made = new Map<string, Promise<LanguageModel>>();

  constructor(private readonly parts: ChatModelsParts) {}

  /** The same object as long as nothing about the model changes. @throws ModelError */
  current(session: string): Promise<LanguageModel> {
    return this.model(this.choiceFor(session));
  }

  /** Undefined where none is set. @throws ModelError */
  async forSummaries(): Promise<LanguageModel | undefined> {
    const settings = this.parts.settings();
    const name = settings.summaryModel.trim();
    return name === '' ? undefined : this.model(modelChoice(name, settings, this.parts.catalog));
  }

  describe(session: string): { readonly label: string; readonly offline: boolean } {
    const { provider, name } = this.choiceFor(session);
    return { label: modelLabel({ provider, modelName: name }), offline: provider === 'offline' };
  }

  /** @param name as in the settings: a model of the same provider, or `provider:model` */
  async choose(session: string, name: string): Promise<void> {
    const { [session]: _, ...others } = this.chosen();
    const kept = Object.entries(others).slice(-REMEMBERED + 1);
    await this.parts.memento.update(CHOSEN, Object.fromEntries([...kept, [session, name]]));
  }

  /** What a fork goes on with. */
  async inherit(from: string, session: string): Promise<void> {
    const name = this.chosen()[from];
    if (name !== undefined) await this.choose(session, name);
  }

  /** Settings or keys have changed: models are made anew. */
  forget(): void {
    this.made.clear();
  }

  private choiceFor(session: string): ModelChoice {
    const settings = this.parts.settings();
    const name = this.chosen()[session] ?? settings.modeModels[settings.mode]?.trim() ?? '';
    return modelChoice(name, settings, this.parts.catalog);
  }

  private chosen(): Readonly<Record<string, string>> {
    return this.parts.memento.get<Readonly<Record<string, string>>>(CHOSEN, {});
  }

  private model(choice: ModelChoice): Promise<LanguageModel> {
    const key = JSON.stringify(choice);
    const made = this.made.get(key) ?? this.parts.create(choice);
    this.made.set(key, made);
    made.catch(() => {
      if (this.made.get(key) === made) this.made.delete(key);
    });
    return made;
  }
}

/** @param name empty: the model of the settings */
export function modelChoice(name: string, settings: Settings, catalog: ModelCatalog): ModelChoice {
  const { provider, modelName, contextWindow } = settings;
  const colon = name.indexOf(':');
  const named = name === 'offline' ? name : name.slice(0, Math.max(0, colon));
  const other = PROVIDERS.has(named) ? (named as ModelProvider) : provider;
  const model = other === named ? name.slice(colon + 1) : name;
  if (name === '' || (other === provider && model === modelName)) {
    return { provider, name: modelName, baseUrl: endpointUrl(catalog, settings), contextWindow };
  }
  if (other === 'offline') return { provider: other, name: '', baseUrl: '', contextWindow: 0 };
  const baseUrl = other === provider || other === 'custom' ? settings.baseUrl : '';
  return {
    provider: other,
    name: model,
    baseUrl: endpointUrl(catalog, { provider: other, baseUrl }),
    // The window that is set is that of the model of the settings.
    contextWindow: 0,
  };
}

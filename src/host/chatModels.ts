/** Which model answers a chat: the one chosen for it, else the one of its mode, else the one of the settings. */
import type { AgentMode } from '../engine/modes';
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
}

/** What decides who answers a chat. */
export interface ModelledChat {
  /** As the person has chosen it for this chat, named as in the settings. */
  readonly model?: string | undefined;
  readonly mode: AgentMode;
}

const PROVIDERS: ReadonlySet<string> = new Set(['offline', 'openai', 'ollama', 'custom']);

export class ChatModels {
  private readonly made = new Map<string, Promise<LanguageModel>>();

  constructor(private readonly parts: ChatModelsParts) {}

  /** The same object as long as nothing about the model changes. @throws ModelError */
  current(chat: ModelledChat): Promise<LanguageModel> {
    return this.model(this.choiceFor(chat));
  }

  /** Undefined where none is set. @throws ModelError */
  async forSummaries(): Promise<LanguageModel | undefined> {
    const settings = this.parts.settings();
    const name = settings.summaryModel.trim();
    return name === '' ? undefined : this.model(modelChoice(name, settings, this.parts.catalog));
  }

  describe(chat: ModelledChat): { readonly label: string; readonly offline: boolean } {
    const { provider, name } = this.choiceFor(chat);
    return { label: modelLabel({ provider, modelName: name }), offline: provider === 'offline' };
  }

  /** Settings or keys have changed: models are made anew. */
  forget(): void {
    this.made.clear();
  }

  private choiceFor({ model, mode }: ModelledChat): ModelChoice {
    const settings = this.parts.settings();
    const name = model ?? settings.modeModels[mode]?.trim() ?? '';
    return modelChoice(name, settings, this.parts.catalog);
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

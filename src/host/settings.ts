/** The settings `virtualContext.*`, typed. Defaults and descriptions are in package.json. */
import { type ConfigurationChangeEvent, workspace } from 'vscode';
import type { OpenerMode } from './openers';

export type ModelProvider = 'offline' | 'openai' | 'ollama' | 'custom';

export interface Settings {
  readonly provider: ModelProvider;
  readonly modelName: string;
  /** Empty: the provider's own. */
  readonly baseUrl: string;
  /** Tokens; 0: ask the endpoint. */
  readonly contextWindow: number;
  readonly maxOutputTokens: number;
  readonly maxCallsPerTurn: number;
  readonly notesTokenLimit: number;
  readonly openFilesOnFault: boolean;
  readonly maxFileBytes: number;
  readonly opener: OpenerMode;
}

const SECTION = 'virtualContext';

export function readSettings(): Settings {
  const section = workspace.getConfiguration(SECTION);
  return {
    provider: section.get<ModelProvider>('model.provider', 'offline'),
    modelName: section.get('model.name', ''),
    baseUrl: section.get('model.baseUrl', ''),
    contextWindow: section.get('model.contextWindow', 0),
    maxOutputTokens: section.get('model.maxOutputTokens', 4096),
    maxCallsPerTurn: section.get('maxCallsPerTurn', 50),
    notesTokenLimit: section.get('notes.tokenLimit', 2000),
    openFilesOnFault: section.get('openFilesOnFault', true),
    maxFileBytes: section.get('index.maxFileKilobytes', 1024) * 1024,
    opener: section.get<OpenerMode>('opener', 'card'),
  };
}

/** Name and endpoint of the last model stay as they are when the offline model is chosen. */
export async function writeModelSettings(
  model:
    | { readonly provider: 'offline' }
    | {
        readonly provider: Exclude<ModelProvider, 'offline'>;
        readonly name: string;
        readonly baseUrl: string;
      },
): Promise<void> {
  const section = workspace.getConfiguration(SECTION);
  if (model.provider !== 'offline') {
    await section.update('model.baseUrl', model.baseUrl, true);
    await section.update('model.name', model.name, true);
  }
  // The provider last: a turn that starts in between must not find a provider without its endpoint and model.
  await section.update('model.provider', model.provider, true);
}

/** @returns whether a change concerns who answers */
export function affectsModel(change: ConfigurationChangeEvent): boolean {
  return change.affectsConfiguration(`${SECTION}.model`);
}

export function affectsNotes(change: ConfigurationChangeEvent): boolean {
  return change.affectsConfiguration(`${SECTION}.notes`);
}

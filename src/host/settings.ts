/** The settings `virtualContext.*`, typed. Defaults and descriptions are in package.json. */
import { type ConfigurationChangeEvent, type WorkspaceConfiguration, workspace } from 'vscode';
import { type MemoryPolicy, memgptPolicy, virtualPolicy } from '../engine/memoryPolicies';
import type { ModelPrices } from '../engine/modelPrices';
import { AGENT_MODES, type AgentMode, type ModeSettings } from '../engine/modes';
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
  /** Models by mode, as `model` or `provider:model`; none: the one above. */
  readonly modeModels: Readonly<Record<string, string | undefined>>;
  /** Likewise, of the model that writes summaries; empty: the one that answers. */
  readonly summaryModel: string;
  /** Empty: not sent. */
  readonly reasoningEffort: string;
  /** Undefined: not sent. */
  readonly temperature: number | undefined;
  readonly prices: ModelPrices;
  readonly maxCallsPerTurn: number;
  readonly notesTokenLimit: number;
  readonly policy: MemoryPolicy;
  /** Tokens that are resident at most, however large the window. */
  readonly residentLimit: number;
  readonly hints: boolean;
  readonly prefetch: boolean;
  readonly openFilesOnFault: boolean;
  /** ms after an edit; 0: new problems are not told. */
  readonly diagnosticsDelay: number;
  readonly maxFileBytes: number;
  readonly maxFiles: number;
  readonly pauseOnBattery: boolean;
  /** Address of a shared index; empty: none. */
  readonly storageUri: string;
  readonly opener: OpenerMode;
  /** How far the model may act by itself. */
  readonly mode: AgentMode;
  /** Copies of files that only checkpoints need; infinite: no limit. */
  readonly maxCheckpointBytes: number;
  /** What commands begin with that run unasked. */
  readonly allowedCommands: readonly string[];
}

const SECTION = 'virtualContext';
const RESTRICTED =
  'Nothing is edited or run in Restricted Mode. Answer without it, or ask the person to trust the workspace.';
/** Shares of the limit: an eviction that frees less would soon be followed by the next, and a later warning is useless. */
const LEAST_BATCH = 0.1;
const WARNED_BEFORE = 0.1;

/** @param policy name of the memory policy; default: the one that is set now */
export function readSettings(policy?: string): Settings {
  const section = workspace.getConfiguration(SECTION);
  return {
    provider: section.get<ModelProvider>('model.provider', 'offline'),
    modelName: section.get('model.name', ''),
    baseUrl: section.get('model.baseUrl', ''),
    contextWindow: section.get('model.contextWindow', 0),
    maxOutputTokens: section.get('model.maxOutputTokens', 4096),
    modeModels: strings(section.get('model.forMode', {})),
    summaryModel: section.get('model.summaries', ''),
    reasoningEffort: section.get('model.reasoningEffort', '').trim(),
    temperature: section.get<number | null>('model.temperature', null) ?? undefined,
    prices: readPrices(section.get('model.prices', {})),
    maxCallsPerTurn: section.get('maxCallsPerTurn', 50),
    notesTokenLimit: section.get('notes.tokenLimit', 2000),
    policy: memoryPolicy(section, policy ?? section.get('policy', virtualPolicy.name)),
    residentLimit: section.get('memory.residentLimit', 96_000),
    hints: section.get('hints', true),
    prefetch: section.get('prefetch', true),
    diagnosticsDelay: section.get('diagnosticsDelay', 1500),
    openFilesOnFault: section.get('openFilesOnFault', true),
    maxFileBytes: section.get('index.maxFileKilobytes', 1024) * 1024,
    maxFiles: section.get('index.maxFiles', 200_000),
    pauseOnBattery: section.get('index.pauseOnBattery', false),
    storageUri: section.get('storage.uri', '').trim(),
    opener: section.get<OpenerMode>('opener', 'card'),
    mode: readMode(),
    maxCheckpointBytes: checkpointBytes(section.get('checkpoints.maxMegabytes', 500)),
    allowedCommands: section.get<readonly string[]>('commands.allow', []),
  };
}

/** @param megabytes 0: no limit */
function checkpointBytes(megabytes: number): number {
  return megabytes > 0 ? megabytes * 1024 * 1024 : Number.POSITIVE_INFINITY;
}

/** @returns the mode of chats for which none was chosen */
export function readMode(): AgentMode {
  const mode = workspace.getConfiguration(SECTION).get<unknown>('mode', 'edit');
  return AGENT_MODES.find((known) => known === mode) ?? 'edit';
}

/** What is no text is passed over: settings are typed by hand. */
function strings(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entries(value).flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : [])),
  );
}

/** Prices that are whole: input and output, none of them negative. */
function readPrices(value: unknown): ModelPrices {
  const number = (amount: unknown) => (typeof amount === 'number' && amount >= 0 ? amount : undefined);
  const prices = entries(value).flatMap(([model, price]) => {
    const { input, cachedInput, output } = Object.fromEntries(
      entries(price).map(([name, amount]) => [name, number(amount)]),
    );
    if (input === undefined || output === undefined) return [];
    return [[model, { input, output, ...(cachedInput === undefined ? {} : { cachedInput }) }] as const];
  });
  return Object.fromEntries(prices);
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

export interface EmbeddingSettings {
  readonly provider: 'none' | 'openai' | 'ollama';
  readonly baseUrl: string;
  readonly model: string;
}

/** @returns who makes vectors; the provider's own address where none is set */
export function readEmbeddingSettings(): EmbeddingSettings {
  const section = workspace.getConfiguration(SECTION);
  const provider = section.get<EmbeddingSettings['provider']>('embeddings.provider', 'none');
  const own = { none: '', openai: 'https://api.openai.com/v1', ollama: 'http://127.0.0.1:11434' }[provider];
  const set = section.get('embeddings.baseUrl', '').trim();
  return {
    provider,
    baseUrl: /^https?:$/.test(URL.canParse(set) ? new URL(set).protocol : '') ? set : own,
    model: section.get('embeddings.model', '').trim(),
  };
}

/** @returns the settings of a chat that is opened now: what its window holds was chosen by one policy, and stays so */
export function chatSettings(): () => Settings & ModeSettings {
  const { policy } = readSettings();
  return () => ({ ...readSettings(policy.name), ...(workspace.isTrusted ? {} : { forbidden: RESTRICTED }) });
}

/** The paper's policy has the paper's watermarks. */
function memoryPolicy(section: WorkspaceConfiguration, name: string): MemoryPolicy {
  if (name === memgptPolicy.name) return memgptPolicy;
  const high = section.get('memory.highWatermark', virtualPolicy.high);
  const low = Math.min(section.get('memory.lowWatermark', virtualPolicy.low), high - LEAST_BATCH);
  return { ...virtualPolicy, high, low, warning: Math.min(virtualPolicy.warning, high - WARNED_BEFORE) };
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

/** @returns whether a change concerns the mode of chats for which none was chosen */
export function affectsMode(change: ConfigurationChangeEvent): boolean {
  return change.affectsConfiguration(`${SECTION}.mode`);
}

/** @returns whether a change concerns what the gauge, the notes or the memory report show */
export function affectsMemory(change: ConfigurationChangeEvent): boolean {
  return ['notes', 'memory'].some((name) => change.affectsConfiguration(`${SECTION}.${name}`));
}

/** @returns whether a change concerns who makes vectors */
export function affectsEmbeddings(change: ConfigurationChangeEvent): boolean {
  return change.affectsConfiguration(`${SECTION}.embeddings`);
}

/** @returns whether the address of the shared index is the workspace's, not the person's own */
export function workspaceSetsStorage(): boolean {
  const found = workspace.getConfiguration(SECTION).inspect<string>('storage.uri');
  return (found?.workspaceFolderValue ?? found?.workspaceValue) !== undefined;
}

/** @returns whether a change concerns what is indexed, and where */
export function affectsIndex(change: ConfigurationChangeEvent): boolean {
  return ['index', 'storage'].some((name) => change.affectsConfiguration(`${SECTION}.${name}`));
}

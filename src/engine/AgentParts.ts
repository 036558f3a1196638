/** What a process is made of: the ports it reaches the world through, and its settings. */

import type { Approver } from './approvals';
import type { FileChanges } from './changes/FileChanges';
import type { EngineFunction } from './EngineFunction';
import type { WatchEdits } from './editWatch';
import { virtualPolicy } from './memoryPolicies';
import type { ModelPrices } from './modelPrices';
import type { ModeSettings } from './modes';
import type {
  ArchivalStorage,
  BlobStore,
  Clock,
  ContentHasher,
  EditorState,
  EventSource,
  ForkLog,
  LanguageModel,
  LineDiff,
  OpenLog,
  RecallStorage,
  RulesSource,
  SessionHistory,
  SessionLog,
  TextDiff,
  TokenCounter,
  WorkspaceFiles,
} from './ports';
import type { ProcessAccount } from './processes/ProcessAccount';
import type { QueueSettings } from './QueueManager';

export interface AgentSettings extends QueueSettings, ModeSettings {
  /** Calls after which a turn stops and asks the person; checked after each step. */
  readonly maxCallsPerTurn: number;
  /** Own tokens all pinned notes may take. */
  readonly notesTokenLimit: number;
  /** Upper limit for one answer, provider tokens. */
  readonly maxOutputTokens: number;
  /** Whether the engine points at what it finds for a message. */
  readonly hints: boolean;
  /** Whether the engine brings pages in before they are asked for. */
  readonly prefetch: boolean;
  /** What the models cost, as far as the person has said. */
  readonly prices: ModelPrices;
}

/** As package.json has them. */
export const DEFAULT_SETTINGS: AgentSettings = {
  maxCallsPerTurn: 50,
  notesTokenLimit: 2000,
  maxOutputTokens: 4096,
  policy: virtualPolicy,
  residentLimit: 96_000,
  hints: true,
  prefetch: true,
  mode: 'edit',
  prices: {},
};

/** What holds a sub-agent back. */
interface ProcessBounds {
  /** 1 for a sub-agent of the person's chat. */
  readonly depth: number;
  /** Its turn ends when nothing is left. */
  readonly account: ProcessAccount;
  /** Of the chat that the person sees: there its changes of files are reviewed. */
  readonly changes: FileChanges;
}

export interface AgentParts {
  readonly log: SessionLog;
  readonly forkLog: ForkLog;
  readonly openLog: OpenLog;
  readonly history: SessionHistory;
  readonly blobs: BlobStore;
  readonly hash: ContentHasher;
  readonly diff: TextDiff;
  readonly lineDiff: LineDiff;
  readonly clock: Clock;
  readonly counter: TokenCounter;
  readonly files: WorkspaceFiles;
  readonly rules: RulesSource;
  readonly recall: RecallStorage;
  readonly archival: ArchivalStorage;
  readonly approver: Approver;
  readonly functions: readonly EngineFunction[];
  /** Writes summaries in place of the chat's own model; resolves to undefined where none is set. */
  readonly summaryModel?: () => Promise<LanguageModel | undefined>;
  /** Outside events of this process beside the person's own. */
  readonly sources?: readonly EventSource[];
  /** Without it nothing is prefetched for what the editor shows. */
  readonly editor?: EditorState;
  /** Without it nothing is told of what the model's edits lead to. */
  readonly watchEdits?: WatchEdits;
  /** Names of the workspace folders. */
  readonly folders: readonly string[];
  /** Asked each time: the person may change them while a session is open. */
  readonly settings: () => AgentSettings;
  /** Missing: the person's chat. */
  readonly bounds?: ProcessBounds;
}

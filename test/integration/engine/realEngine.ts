/** The engine as the composition root puts it together, with nothing simulated but the model behind its HTTP endpoint. */
import { basename } from 'node:path';
import type { DiskClient } from '../../../src/disk/client';
import { type AgentSettings, DEFAULT_SETTINGS } from '../../../src/engine/AgentParts';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { DiskUnavailableError } from '../../../src/engine/errors';
import type { ModelSource } from '../../../src/engine/ModelInUse';
import type { ArchivalStorage, LanguageModel, RecallStorage } from '../../../src/engine/ports';
import { FileBlobStore } from '../../../src/journal/fileBlobStore';
import { FileSessionHistory } from '../../../src/journal/fileSessionHistory';
import { FileSessionLog } from '../../../src/journal/fileSessionLog';
import { sha256 } from '../../../src/journal/sha256';
import { blobsFolder, sessionsFolder } from '../../../src/journal/storeFolders';
import { OpenAIModel } from '../../../src/models/openaiModel';
import { createFunctions } from '../../../src/tools/index';
import { lineChanges } from '../../../src/tools/lineChanges';
import { unifiedDiff } from '../../../src/tools/unifiedDiff';
import { NodeWorkspaceFiles } from '../../../src/tools/workspaceFiles';
import { workspaceRules } from '../../../src/tools/workspaceRules';
import { inProcessTokenCounter } from '../../support/inProcessTokenCounter';

export interface RealEngineOptions {
  readonly store: string;
  /** The workspace folder. */
  readonly folder: string;
  readonly session: string;
  /** Base URL of the model server. */
  readonly url?: string;
  /** In place of the model server. */
  readonly model?: LanguageModel;
  /** In place of one model: asked at each step. */
  readonly source?: ModelSource;
  readonly settings?: Partial<AgentSettings>;
  readonly summaryModel?: LanguageModel;
  /** Without it grep fails. */
  readonly ripgrepPath?: string;
  /** Without it look-ups fail as they do when LanceDB cannot be loaded. */
  readonly disk?: DiskClient;
}

const unavailable = async (): Promise<never> => {
  throw new DiskUnavailableError('The index is not there.', 'Go on without it.');
};

const noDisk: RecallStorage & ArchivalStorage = {
  append: unavailable,
  search: unavailable,
  searchWorkspace: unavailable,
  refreshFiles: unavailable,
  insertNotes: unavailable,
  searchNotes: unavailable,
};

export async function openRealEngine(options: RealEngineOptions): Promise<AgentProcess> {
  const { store, folder, session, url = '', disk = noDisk, ripgrepPath = '' } = options;
  const roots = () => [{ name: basename(folder), path: folder }];
  const model = options.model ?? new OpenAIModel({ provider: 'custom', baseUrl: url, model: 'test-model' });
  const files = new NodeWorkspaceFiles({ roots });
  return AgentProcess.open(
    {
      log: await FileSessionLog.open(sessionsFolder(store), session),
      openLog: (id) => FileSessionLog.open(sessionsFolder(store), id),
      forkLog: (id, origin) => FileSessionLog.fork(sessionsFolder(store), id, origin, Date.now()),
      history: new FileSessionHistory(sessionsFolder(store)),
      blobs: await FileBlobStore.open(blobsFolder(store)),
      hash: sha256,
      diff: unifiedDiff,
      lineDiff: lineChanges,
      clock: Date,
      counter: inProcessTokenCounter,
      files,
      rules: workspaceRules(files, roots, () => true),
      recall: disk,
      archival: disk,
      approver: { approve: async () => ({ allowed: false }) },
      functions: createFunctions({ ripgrepPath, roots }),
      folders: [basename(folder)],
      settings: () => ({ ...DEFAULT_SETTINGS, ...options.settings }),
      summaryModel: async () => options.summaryModel,
    },
    options.source ?? (async () => model),
  );
}

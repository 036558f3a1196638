import { join } from 'node:path';
import { DEFAULT_SETTINGS } from '../engine/AgentParts';
import { AgentProcess } from '../engine/AgentProcess';
import type { Approver } from '../engine/approvals';
import type { Note, SessionEvent } from '../engine/events';
import type { ModeSettings } from '../engine/modes';
import type { ArchivalStorage, LanguageModel, RecallStorage, SessionLog } from '../engine/ports';
import { type DerivedTables, feedRecall } from '../engine/recallFeed';
import { FileBlobStore } from '../journal/fileBlobStore';
import { FileSessionHistory } from '../journal/fileSessionHistory';
import { FileSessionLog } from '../journal/fileSessionLog';
import { sha256 } from '../journal/sha256';
import { blobsFolder, sessionsFolder } from '../journal/storeFolders';
import { GptTokenCounter } from '../models/gptTokenCounter';
import { BackgroundCommands } from '../tools/backgroundCommands';
import { ChildCommands } from '../tools/childCommands';
import { createFunctions } from '../tools/index';
import { lineChanges } from '../tools/lineChanges';
import type { CommandParts } from '../tools/runCommand';
import { unifiedDiff } from '../tools/unifiedDiff';
import { NodeWorkspaceFiles } from '../tools/workspaceFiles';
import { workspaceRules } from '../tools/workspaceRules';
import type { Place } from './place';

/** The disk process, as the engine and the feeding of its tables need it. */
export type AgentDisk = RecallStorage & ArchivalStorage & DerivedTables;

/** What the command line allows. */
export interface Allowed {
  readonly edits: boolean;
  /** All that need not be asked about each time. They may change files, so edits are allowed with them. */
  readonly commands: boolean;
}

/** Nobody is there to review: what the command line allows is kept. */
function modeSettings({ edits, commands }: Allowed): ModeSettings {
  if (edits || commands) return { mode: 'auto' };
  const forbidden =
    'Files are not edited: vctx runs without --allow-edits. Answer without editing; show the change instead.';
  return { mode: 'ask', forbidden };
}

/** Nobody is there to ask: what the command line does not allow, nobody can. */
function approver({ edits, commands }: Allowed): Approver {
  return {
    approve: async (request) => {
      if (request.kind === 'edit') return { allowed: edits || commands };
      if (request.kind !== 'command' || !commands) return { allowed: false };
      if (!request.dangerous) return { allowed: true };
      return { allowed: false, words: `vctx never runs this: the command ${request.reason}.` };
    },
  };
}

/**
 * Runs `act` with the engine as the extension composes it, and closes the session afterwards whatever happened.
 * @param notes working context to begin a new session with
 * @param onEvent called for each durable event, those of opening the session included
 * @param allowed what the model may do
 * @throws HeldElsewhereError when an editor has the session open
 */
export async function withAgent<Result>(
  { root, store }: Place,
  session: string,
  model: LanguageModel,
  disk: AgentDisk,
  onEvent: (event: SessionEvent) => void,
  allowed: Allowed,
  act: (agent: AgentProcess) => Promise<Result>,
  notes: readonly Note[] = [],
): Promise<Result> {
  const counter = new GptTokenCounter(join(__dirname, 'tokenWorker.js'));
  const commands = allowed.commands ? commandParts() : undefined;
  try {
    const blobs = await FileBlobStore.open(blobsFolder(store));
    const history = new FileSessionHistory(sessionsFolder(store));
    const log = await FileSessionLog.open(sessionsFolder(store), session);
    try {
      const roots = () => [root];
      const files = new NodeWorkspaceFiles({ roots });
      const agent = await AgentProcess.open(
        {
          log: observed(log, onEvent),
          openLog: (id) => FileSessionLog.open(sessionsFolder(store), id),
          forkLog: (id, origin) => FileSessionLog.fork(sessionsFolder(store), id, origin, Date.now()),
          history,
          blobs,
          hash: sha256,
          diff: unifiedDiff,
          lineDiff: lineChanges,
          clock: Date,
          counter,
          files,
          // Whoever names a folder on the command line trusts it, as `git` and `make` do.
          rules: workspaceRules(files, roots, () => true),
          recall: disk,
          archival: disk,
          approver: approver(allowed),
          functions: createFunctions({
            ripgrepPath: ripgrepPath(),
            roots,
            ...(commands ? { commands } : {}),
          }),
          folders: [root.name],
          settings: () => ({ ...DEFAULT_SETTINGS, ...modeSettings(allowed) }),
        },
        async () => model,
        notes,
      );
      try {
        return await act(agent);
      } finally {
        await agent.dispose();
        // A turn does not wait for the derived tables; a command that ends with it has to, or they would miss the turn.
        // When the disk is away the log has it all, and the next client of the store feeds it.
        await feedRecall(disk, history, blobs).catch(() => undefined);
      }
    } finally {
      await log.close();
    }
  } finally {
    await commands?.background.close();
    counter.dispose();
  }
}

/** Commands in child processes; they end with the command line. */
function commandParts(): CommandParts {
  const runner = new ChildCommands();
  return {
    runner,
    background: new BackgroundCommands(runner, () => undefined),
    permissions: {
      allowed: () => [],
      allow: async () => undefined,
    },
    classifier: async () =>
      (await import('../tools/commandSafety/classifyCommand')).openClassifier(join(__dirname, 'grammars')),
  };
}

function observed(log: SessionLog, onEvent: (event: SessionEvent) => void): SessionLog {
  return {
    sessionId: log.sessionId,
    append: async (events) => {
      const durable = await log.append(events);
      durable.forEach(onEvent);
      return durable;
    },
    read: () => log.read(),
    close: () => log.close(),
  };
}

function ripgrepPath(): string {
  return join(__dirname, 'bin', process.platform === 'win32' ? 'rg.exe' : 'rg');
}

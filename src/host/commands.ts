/** The commands `virtualContext.*`. */
import { commands, type Disposable, ProgressLocation, Uri, window, workspace } from 'vscode';
import type { DiskClient } from '../disk/client';
import { describeError } from '../engine/errors';
import { sessionLogPath } from '../journal/sessionFiles';
import { sessionsFolder } from '../journal/storeFolders';
import type { ChatSessions } from './chatSessions';
import type { IndexStatusItem } from './indexStatusItem';
import type { ModelPicker } from './modelPicker';
import type { PagingLogChannel } from './pagingLogChannel';
import { pinSelection } from './pinSelection';

export interface CommandParts {
  readonly store: string;
  readonly sessions: ChatSessions;
  readonly disk: DiskClient;
  readonly models: ModelPicker;
  readonly indexStatus: IndexStatusItem;
  readonly paging: PagingLogChannel;
  /** Feeds recall from the logs after the tables were emptied. */
  readonly feedRecall: () => Promise<void>;
}

/** Registers them all; a command that fails says what to do next. */
export function registerCommands(parts: CommandParts): Disposable[] {
  const { sessions, disk, models, indexStatus, paging } = parts;
  const handlers: Record<string, () => unknown> = {
    openChat: () => commands.executeCommand('virtualContext.chat.focus'),
    newChat: () => sessions.newChat(),
    stop: () => sessions.stop(),
    pinSelection: async () => pinSelection(await sessions.current()),
    addNote: () => addNote(sessions),
    selectModel: async () => {
      await models.selectModel();
      sessions.modelChanged();
    },
    setApiKey: async () => {
      if (await models.setApiKey()) sessions.modelChanged();
    },
    clearApiKey: async () => {
      await models.clearApiKey();
      sessions.modelChanged();
    },
    rebuildIndex: () => rebuildIndex(disk, parts.feedRecall),
    pauseIndexing: () => disk.pause(),
    resumeIndexing: () => disk.resume(),
    showIndexStatus: () => indexStatus.showDetails(),
    showPagingLog: () => paging.show(),
    openPagingLogFile: () => openPagingLogFile(parts),
  };
  return Object.entries(handlers).map(([name, handler]) =>
    commands.registerCommand(`virtualContext.${name}`, async () => {
      try {
        return await handler();
      } catch (error) {
        void window.showErrorMessage(`Virtual Context: ${describeError(error)}`);
        return undefined;
      }
    }),
  );
}

async function addNote(sessions: ChatSessions): Promise<void> {
  const text = await window.showInputBox({
    title: 'Pin a note to working memory',
    prompt: 'It stays in view of the model until you remove it.',
  });
  if (text?.trim()) await sessions.notes.pin(text.trim());
}

async function rebuildIndex(disk: DiskClient, feedRecall: () => Promise<void>): Promise<void> {
  await window.withProgress(
    { location: ProgressLocation.Window, title: 'Rebuilding the index' },
    async () => {
      await disk.rebuild();
      await feedRecall();
    },
  );
}

async function openPagingLogFile({ store, sessions }: CommandParts): Promise<void> {
  const { session } = await sessions.current();
  const uri = Uri.file(sessionLogPath(sessionsFolder(store), session));
  await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
}

/** The commands `virtualContext.*`. */
import { commands, type Disposable, ProgressLocation, Uri, window, workspace } from 'vscode';
import type { IndexControl, RebuildTarget } from '../engine/indexStatus';
import type { Composer } from './Composer';
import { type ChatListParts, chatListHandlers } from './chatListCommands';
import type { ChatSessions } from './chatSessions';
import type { IndexStatusItem } from './indexStatusItem';
import type { MemoryDocument } from './memoryDocument';
import type { ModelPicker } from './modelPicker';
import { newRulesFile } from './newRulesFile';
import type { PagingLogChannel } from './pagingLogChannel';
import { pinSelection } from './pinSelection';
import { registerCommand } from './registerCommand';
import { reviewPrompt } from './reviewPrompt';
import { type SearchIndexParts, searchIndex } from './searchIndex';
import { branchChat, type EarlierChat, openEarlierChat } from './sessionCommands';
import { compactWindow, resetWindow } from './windowCommands';

/** How long the status bar confirms what was done. */
const CONFIRMATION_MS = 4000;

export interface CommandParts {
  readonly sessions: ChatSessions;
  /** Adds a mention to the message that is being written. @throws VirtualContextError */
  readonly addToChat: (mention: (composer: Composer) => string) => Promise<void>;
  /** Sends a message to the chat, which it shows. @throws VirtualContextError */
  readonly ask: (text: string) => Promise<void>;
  readonly index: IndexControl;
  readonly search: SearchIndexParts;
  readonly models: ModelPicker;
  readonly indexStatus: IndexStatusItem;
  readonly memory: MemoryDocument;
  readonly paging: PagingLogChannel;
  /** The JSON lines of a session. */
  readonly logFile: (session: string) => string;
  /** Feeds recall from the logs after the tables were emptied. */
  readonly feedRecall: () => Promise<void>;
  /** Asks for the credentials of the shared index. */
  readonly setSharedIndexKeys: () => Promise<void>;
  /** Asks for the key of the endpoint that makes vectors. */
  readonly setEmbeddingsKey: () => Promise<void>;
  /** Lists what may run unasked, and revokes it. */
  readonly manageAllowedCommands: () => Promise<void>;
  /** Chats of this workspace, last changed first. */
  readonly chats: () => Promise<readonly EarlierChat[]>;
  readonly chatList: ChatListParts;
}

/** Registers them all; a command that fails says what to do next. */
export function registerCommands(parts: CommandParts): Disposable[] {
  const { sessions, index, models, indexStatus, paging } = parts;
  const handlers: Record<string, (context?: unknown, all?: unknown) => unknown> = {
    openChat: () => commands.executeCommand('virtualContext.chat.focus'),
    newChat: () => sessions.newChat(),
    openEarlierChat: () => openEarlierChat(sessions, parts.chats),
    forkFromHere: (context) => branchChat(sessions, 'fork', context),
    rewindToHere: async (context) => {
      // The message that is taken back goes into the input box.
      await commands.executeCommand('virtualContext.chat.focus');
      await branchChat(sessions, 'rewind', context);
    },
    ...chatListHandlers(parts.chatList),
    retry: () => sessions.retry(),
    regenerate: async () => {
      const model = await models.pickModel('Answer with Another Model');
      if (model !== undefined) await sessions.retry(model);
    },
    selectChatModel: async () => {
      const model = await models.pickModel('Select a Model for This Chat');
      if (model !== undefined) await sessions.chooseModel(model);
    },
    stop: () => sessions.stop(),
    compact: () => compactWindow(sessions),
    reset: () => resetWindow(sessions),
    addSelectionToChat: () => parts.addToChat((composer) => composer.editorToken()),
    addToChat: (context, all) => {
      // The Explorer gives all that is selected, the tab of an editor its group.
      const uris = (Array.isArray(all) ? all : [context]).filter((one) => one instanceof Uri);
      return parts.addToChat((composer) => composer.tokensOf(uris.map(({ fsPath }) => fsPath)));
    },
    addTerminalToChat: () => parts.addToChat(() => '@terminal'),
    reviewChanges: () => parts.ask(reviewPrompt('@changes')),
    pinSelection: async () => pinSelection(await sessions.current()),
    addNote: () => addNote(sessions),
    newRulesFile,
    selectModel: async () => {
      await models.selectModel();
      sessions.modelChanged();
    },
    setApiKey: async () => {
      if (!(await models.setApiKey())) return;
      sessions.modelChanged();
      window.setStatusBarMessage('$(key) API key saved', CONFIRMATION_MS);
    },
    clearApiKey: async () => {
      await models.clearApiKey();
      sessions.modelChanged();
    },
    searchIndex: () => searchIndex(parts.search),
    rebuildIndex: () => rebuildIndex(index, parts.feedRecall),
    setSharedIndexKeys: () => parts.setSharedIndexKeys(),
    setEmbeddingsKey: () => parts.setEmbeddingsKey(),
    manageAllowedCommands: () => parts.manageAllowedCommands(),
    pauseIndexing: () => index.pause(),
    resumeIndexing: () => index.resume(),
    showIndexStatus: () => indexStatus.showDetails(),
    showMemory: () => parts.memory.show(),
    showPagingLog: () => paging.show(),
    openPagingLogFile: () => openPagingLogFile(parts),
  };
  return Object.entries(handlers).map(([name, handler]) => registerCommand(name, handler));
}

async function addNote(sessions: ChatSessions): Promise<void> {
  const text = await window.showInputBox({
    title: 'Pin a note to working memory',
    prompt: 'It stays in view of the model until you remove it.',
  });
  if (text?.trim()) await sessions.notes.pin(text.trim());
}

const REBUILD_TARGETS: readonly {
  readonly target: RebuildTarget;
  readonly label: string;
  readonly detail: string;
}[] = [
  { target: 'everything', label: 'Everything', detail: 'All of the below.' },
  { target: 'workspace', label: 'Workspace', detail: 'Pages and symbols, from the files.' },
  { target: 'vectors', label: 'Vectors', detail: 'The second opinion of a search, from the pages.' },
  {
    target: 'messages',
    label: 'Messages',
    detail: 'The index of all chats, from what is stored and from their logs.',
  },
  { target: 'notes', label: 'Notes', detail: 'The index of archival notes, likewise.' },
];

async function rebuildIndex(index: IndexControl, feedRecall: () => Promise<void>): Promise<void> {
  const sizes = await index.tableSizes().catch(() => []);
  const tables = sizes.map(({ name, bytes }) => `${name} ${(bytes / 1e6).toFixed(1)} MB`).join(', ');
  const choice = await window.showQuickPick(REBUILD_TARGETS, {
    title: 'Rebuild Index',
    placeHolder: tables === '' ? 'What to make anew' : `What to make anew (${tables})`,
  });
  if (!choice) return;
  await window.withProgress(
    { location: ProgressLocation.Window, title: 'Rebuilding the index' },
    async () => {
      await index.rebuild(choice.target);
      await feedRecall();
    },
  );
}

async function openPagingLogFile({ logFile, sessions }: CommandParts): Promise<void> {
  const { session } = await sessions.current();
  const uri = Uri.file(logFile(session));
  await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
}

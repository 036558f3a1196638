/** The extension's composition root: the only place where everything meets. Heavy parts are loaded when first needed. */
import { join } from 'node:path';
import { commands, type ExtensionContext, window, workspace } from 'vscode';
import { CommandServices } from './commandServices';
import { createModel } from './createModel';
import { DiskClient } from './disk/client';
import { describeError } from './engine/errors';
import { feedRecall } from './engine/recallFeed';
import { AllowedCommands } from './host/allowedCommands';
import { ApiKeys } from './host/apiKeys';
import { BackgroundEnds } from './host/backgroundEnds';
import type { Composer } from './host/Composer';
import { ChatApprover } from './host/chatApprover';
import { ChatModels } from './host/chatModels';
import { ChatSessions } from './host/chatSessions';
import { tellChatStarted } from './host/chatStarted';
import { ChatsView } from './host/chatsView';
import { ChatViewProvider } from './host/chatViewProvider';
import { registerCommands } from './host/commands';
import { contextKey } from './host/contextKey';
import { editClosedDocument, editOpenDocument, saveCreated } from './host/editOpenDocument';
import { createInEditor, moveInEditor, removeInEditor } from './host/editorFiles';
import { registerEditorPrompts } from './host/editorPrompts';
import { VisibleEditor } from './host/editorState';
import { FaultPreview } from './host/faultPreview';
import { lazily } from './host/lazily';
import { ModeChoice } from './host/ModeChoice';
import { MemoryDocument } from './host/memoryDocument';
import type { ModelCatalog } from './host/modelCatalog';
import { ModelPicker } from './host/modelPicker';
import { NotesViewProvider } from './host/notesViewProvider';
import { Openers } from './host/openers';
import { openPlace, type Place } from './host/openPlace';
import { PagingLogChannel } from './host/pagingLogChannel';
import { PanelExtras } from './host/panelExtras';
import { registerCommand } from './host/registerCommand';
import { askAboutEdits } from './host/review/abandonedEdits';
import { registerReview } from './host/review/registerReview';
import { rulesWarning } from './host/rulesWarning';
import {
  affectsMemory,
  affectsMode,
  affectsModel,
  chatSettings,
  readMode,
  readSettings,
} from './host/settings';
import { ShownSessions } from './host/shownSessions';
import { TerminalOutput } from './host/terminalOutput';
import { WorkspaceIndex } from './host/WorkspaceIndex';
import { unsavedText, workspaceRoots } from './host/workspaceRoots';
import { workspaceStore } from './host/workspaceStore';
import { WorkspaceWatcher } from './host/workspaceWatcher';
import { FileBlobStore } from './journal/fileBlobStore';
import { FileSessionHistory } from './journal/fileSessionHistory';
import { FileSessionLog } from './journal/fileSessionLog';
import { listSessions, sessionLogPath } from './journal/sessionFiles';
import { sha256 } from './journal/sha256';
import { blobsFolder, sessionsFolder } from './journal/storeFolders';
import { UntoldEnds } from './journal/untoldEnds';
import { GptTokenCounter } from './models/gptTokenCounter';
import { callsFunctions, detectOllama, listModels, MODEL_PRESETS } from './models/presets';
import { absolutePath, insidePath } from './tools/workspacePaths';

const SYMBOL_SEARCH_MS = 3000;

/** The conversation of this window, for `deactivate`. */
let conversation: ChatSessions | undefined;
let backgroundCommands: CommandServices | undefined;

export function activate(context: ExtensionContext): void {
  const startedAt = performance.now();
  const paging = new PagingLogChannel();
  const store = workspaceStore((context.storageUri ?? context.globalStorageUri).fsPath);
  const bundled = (name: string) => join(context.extensionPath, 'dist', name);
  const roots = workspaceRoots;

  const disk = new DiskClient({ store, diskScript: bundled('disk.js') });
  const counter = new GptTokenCounter(bundled('tokenWorker.js'));
  const history = new FileSessionHistory(sessionsFolder(store));
  const openLog = (session: string) => FileSessionLog.open(sessionsFolder(store), session);
  const keys = new ApiKeys(context);
  const resolve = (path: string) => absolutePath(roots(), path);
  const preview = new FaultPreview(resolve);
  const ripgrepPath = bundled(join('bin', process.platform === 'win32' ? 'rg.exe' : 'rg'));

  const openBlobs = lazily(() => FileBlobStore.open(blobsFolder(store)));

  const editor = new VisibleEditor();
  const approver: ChatApprover = new ChatApprover(
    () => chat.visible,
    () => run('virtualContext.openChat'),
  );
  const extras = new PanelExtras(approver);
  const allowedCommands = new AllowedCommands(context.workspaceState, () => readSettings().allowedCommands);
  const commandTrouble = (error: unknown) => paging.note('warn', `commands: ${describeError(error)}`);
  const backgroundEnds: BackgroundEnds = new BackgroundEnds({
    store: new UntoldEnds(join(store, 'untoldEnds')),
    post: (session, event) => sessions.post(session, event),
    onTold: (texts) => {
      for (const text of texts) void window.showInformationMessage(text.split('\n', 1)[0] ?? text);
    },
    onTrouble: commandTrouble,
  });
  const commandServices = new CommandServices({
    permissions: allowedCommands,
    ends: backgroundEnds,
    extras,
    dist: bundled(''),
    onTrouble: commandTrouble,
  });
  backgroundCommands = commandServices;
  const chatModels = new ChatModels({
    settings: readSettings,
    catalog,
    create: (choice) => createModel(keys, choice),
  });
  const sessions: ChatSessions = new ChatSessions({
    open: async (...session) => (await import('./agent')).AgentProcess.open(...session),
    agent: async () => {
      const agent = await import('./agent');
      const { createFunctions, lineChanges, NodeWorkspaceFiles, unifiedDiff, workspaceRules } = agent;
      const files = new NodeWorkspaceFiles({
        roots,
        openText: unsavedText,
        editOpen: editOpenDocument,
        editClosed: editClosedDocument,
        create: createInEditor,
        saveCreated,
        remove: removeInEditor,
        move: moveInEditor,
      });
      const { language, watchEdits } = agent.editorLanguage({
        absolutePath: resolve,
        workspacePath: (path) => insidePath(roots(), path),
        delay: () => readSettings().diagnosticsDelay,
      });
      return {
        history,
        openLog,
        forkLog: (session, origin) => FileSessionLog.fork(sessionsFolder(store), session, origin, Date.now()),
        blobs: await openBlobs(),
        hash: sha256,
        diff: unifiedDiff,
        lineDiff: lineChanges,
        clock: Date,
        counter,
        files,
        rules: workspaceRules(new NodeWorkspaceFiles({ roots }), roots, () => workspace.isTrusted),
        recall: disk,
        archival: disk,
        approver,
        summaryModel: () => chatModels.forSummaries(),
        functions: createFunctions({
          ripgrepPath,
          roots,
          commands: await commandServices.functionParts(),
          language,
          fetchPage: async (...request) => (await import('./tools/fetchPage')).fetchPage(...request),
        }),
        watchEdits,
        editor,
        folders: roots().map((root) => root.name),
        settings: chatSettings(),
      };
    },
    openLog,
    history,
    chats: async () =>
      (await listSessions(sessionsFolder(store))).flatMap(({ id, forked }) =>
        forked?.kind === 'process' ? [] : [id],
      ),
    shown: new ShownSessions(context.workspaceState),
    models: chatModels,
    mode: readMode,
    openers: new Openers({
      history,
      counter,
      memento: context.workspaceState,
      mode: () => readSettings().opener,
    }),
    // Without an at sign nothing is mentioned.
    attachmentsOf: async (text) => (text.includes('@') ? (await composer()).drafts(text) : []),
    abandonedEdits: (edits) => askAboutEdits(resolve, edits),
    onEvent: (event) => paging.write(event),
    onTrouble: (message) =>
      void window.showWarningMessage(`The last chat could not be opened: ${message} A new one was started.`),
    onBusy: contextKey('turnRunning'),
  });

  conversation = sessions;

  const chatStore = lazily(async () => {
    const { createChatStore } = await import('./chatStore');
    const folders = () => roots().map((root) => root.name);
    return createChatStore({
      sessions: sessionsFolder(store),
      blobs: openBlobs,
      blobsFolder: blobsFolder(store),
      maxCheckpointBytes: () => readSettings().maxCheckpointBytes,
      counter,
      folders,
    });
  });
  const chatsView = new ChatsView(chatStore, sessions, () => readSettings().prices);
  const chatList = window.createTreeView(ChatsView.viewType, { treeDataProvider: chatsView });

  const feed = async () => feedRecall(disk, history, await openBlobs());
  const background = (work: Promise<unknown>, what: string) => {
    work.catch((error: unknown) => paging.note('warn', `${what}: ${describeError(error)}`));
  };

  const watcher = new WorkspaceWatcher((paths) => {
    background(disk.filesChanged(paths), 'index');
    background(sessions.filesChanged(), 'notes');
  });
  const index = new WorkspaceIndex({ disk, store, keys, context, background });
  const memory = new MemoryDocument(sessions);
  const models = new ModelPicker(keys, catalog);

  const mode = new ModeChoice(sessions);
  const review = registerReview({
    sessions,
    resolve,
    onTrouble: (error) => paging.note('warn', `review: ${describeError(error)}`),
  });

  const run = async (command: string, ...args: unknown[]) => {
    await commands.executeCommand(command, ...args);
  };
  const terminal = new TerminalOutput();
  const composer = lazily(async () => {
    const { createComposer } = await import('./composer');
    return createComposer({
      roots,
      ripgrepPath,
      sessions,
      search: (text) =>
        disk.searchWorkspace({ text, page: 1, pageSize: 20 }, AbortSignal.timeout(SYMBOL_SEARCH_MS)),
      chats: async () => (await chatStore()).list(),
      lineage: (session) => history.lineage(session),
      terminal: () => terminal.text(),
      lastCommand: () => terminal.about(),
    });
  });
  const actions = {
    findMentions: async (query: string, more: boolean) => (await composer()).find(query, more),
    weighMentions: async (text: string) => (await composer()).weigh(text),
    mentionUris: async (uris: readonly string[]) => (await composer()).tokensOf(uris),
    slash: async (name: string, rest: string) => (await composer()).slash(name, rest),
    codeBlock: async (block: Parameters<Composer['codeBlock']>[0]) => (await composer()).codeBlock(block),
    openFile: async (place: Place) => {
      preview.yield();
      await openPlace(resolve, place);
    },
    folderIsOpen: () => roots().length > 0,
    openFolder: () => run('workbench.action.files.openFolder'),
    selectModel: () => run('virtualContext.selectModel'),
    answerApproval: (...answer: Parameters<PanelExtras['answer']>) => extras.answer(...answer),
    moveCommand: (session: string, callId: string) => extras.moveCommand(session, callId),
    stopCommand: (id: string) => extras.stopCommand(id),
    showCommand: (id: string) => extras.showCommand(id),
    selectMode: () => mode.select(),
    allowEdits: () => sessions.carryOutPlan(),
    showChanges: (path?: string) => review.actions.show(path),
    keepChanges: (path?: string) => review.actions.keep(path),
    undoChanges: (path?: string) => review.actions.undo(path),
    restoreCheckpoint: review.restoreCheckpoint,
    regenerate: () => run('virtualContext.regenerate'),
    setApiKey: () => run('virtualContext.setApiKey'),
    openWindowSetting: () => run('workbench.action.openSettings', 'virtualContext.model.contextWindow'),
    showMemory: () => run('virtualContext.showMemory'),
  };
  const chat = new ChatViewProvider(context.extensionUri, sessions, actions, [mode, review.changes, extras]);
  const notes = new NotesViewProvider(context.extensionUri, sessions, actions);

  context.subscriptions.push(
    editor,
    paging,
    disk,
    counter,
    preview,
    sessions,
    watcher,
    index,
    chatsView,
    chatList,
    // Other windows have their own chats, which it does not hear of.
    chatList.onDidChangeVisibility(({ visible }) => {
      if (visible) chatsView.refresh();
    }),
    memory,
    mode,
    ...review.subscriptions,
    registerCommand('selectMode', () => mode.select()),
    registerCommand('stopBackgroundCommand', () => extras.stopPicked()),
    terminal,
    ...registerCommands({
      sessions,
      addToChat: async (mention) => {
        chat.insert(mention(await composer()));
        await run('virtualContext.chat.focus');
      },
      ask: async (text) => {
        await run('virtualContext.chat.focus');
        // Its turn shows in the chat.
        void sessions.submit(text);
      },
      index: disk,
      search: {
        search: (text, signal) =>
          disk.searchWorkspace({ text, explain: true, page: 1, pageSize: 40 }, signal),
        open: actions.openFile,
      },
      models,
      indexStatus: index.status,
      memory,
      paging,
      logFile: (session) => sessionLogPath(sessionsFolder(store), session),
      feedRecall: feed,
      setSharedIndexKeys: () => index.shared.askKeys(),
      setEmbeddingsKey: () => index.embeddings.setKey(),
      chats: async () => (await chatStore()).list(),
      chatList: {
        store: chatStore,
        sessions,
        search: async (text, signal) => (await disk.search({ text, page: 1, pageSize: 60 }, signal)).hits,
        forget: async (gone) => {
          await allowedCommands.forget(gone);
          await disk.forgetSessions(gone);
        },
        feed,
        refresh: () => chatsView.refresh(),
      },
      manageAllowedCommands: () => allowedCommands.manage(sessions.session),
    }),
    ...registerEditorPrompts({
      workspacePath: (path) => insidePath(roots(), path),
      send: async (text, attachments) => {
        // Its turn shows in the chat.
        void (await sessions.current()).submit(text, attachments);
      },
    }),
    window.registerWebviewViewProvider(ChatViewProvider.viewType, chat),
    window.registerWebviewViewProvider(NotesViewProvider.viewType, notes),
    approver,
    extras,
    backgroundEnds,
    sessions.onReset(() => background(backgroundEnds.deliver(sessions.session), 'commands')),
    tellChatStarted(sessions),
    sessions.onOutput((event) => preview.show(event)),
    sessions.onOutput(rulesWarning((path) => actions.openFile({ path }))),
    // The rules of the repository hold from now on.
    workspace.onDidGrantWorkspaceTrust(() => background(sessions.filesChanged(), 'rules')),
    workspace.onDidChangeConfiguration((change) => {
      if (affectsModel(change)) sessions.modelChanged();
      if (affectsMode(change)) sessions.modeChanged();
      if (change.affectsConfiguration('virtualContext.model.forMode'))
        background(models.checkModeModels(), 'models');
      if (affectsMemory(change)) sessions.limitsChanged();
    }),
  );

  paging.note('info', `activated in ${(performance.now() - startedAt).toFixed(1)} ms`);
  // After activation, so that the editor is never kept waiting: the session's log is read, the disk process started.
  setImmediate(() => {
    background(sessions.current(), 'session');
    index.start();
    const fed = feed();
    background(fed, 'recall');
    const clean = async () => (await chatStore()).clean();
    // With or without the disk.
    background(fed.then(clean, clean), 'clean-up');
  });
}

/** VS Code waits for it when the window closes: the turn that runs is recorded as interrupted. */
export async function deactivate(): Promise<void> {
  await Promise.all([conversation?.close(), backgroundCommands?.close()]);
}

const catalog: ModelCatalog = { endpoints: MODEL_PRESETS, detectOllama, listModels, callsFunctions };

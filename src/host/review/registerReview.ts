/** The review of the assistant's changes in the editor: what VS Code shows of it, wired to the chat. */
import { commands, type Disposable, languages, workspace } from 'vscode';
import type { ChatSessions } from '../chatSessions';
import { registerCommand } from '../registerCommand';
import { BeforeDocuments } from './BeforeDocuments';
import { HunkLenses } from './HunkLenses';
import { HunkMarks } from './HunkMarks';
import { PendingChanges } from './PendingChanges';
import { type RestorableChat, restoreCheckpoint } from './restoreCheckpoint';
import { ReviewActions, registerReviewCommands } from './reviewCommands';
import { closeReviewed } from './showChanges';

export interface ReviewParts {
  readonly sessions: ChatSessions;
  /** Absolute path of a workspace path. @throws OutsideWorkspaceError | UnreadableFileError */
  readonly resolve: (path: string) => string;
  readonly onTrouble: (error: unknown) => void;
}

export interface ReviewSurfaces {
  readonly changes: PendingChanges;
  readonly actions: ReviewActions;
  /** @throws VirtualContextError */
  readonly restoreCheckpoint: (seq?: number) => Promise<void>;
  readonly subscriptions: readonly Disposable[];
}

export function registerReview({ sessions, resolve, onTrouble }: ReviewParts): ReviewSurfaces {
  const review = async () => (await sessions.current()).review;
  const checkpoints = async () => (await sessions.current()).checkpoints;
  const changes = new PendingChanges({
    pending: async () => (await review()).pending(),
    resolve,
    onTrouble,
  });
  const actions = new ReviewActions(changes, {
    keep: async (...what) => (await review()).keep(...what),
    undo: async (...what) => (await review()).undo(...what),
  });
  const documents = new BeforeDocuments({
    review: async (path) => (await review()).baseline(path),
    checkpoint: async (path, seq) => (await checkpoints()).before(seq, path),
  });
  const chat: RestorableChat = {
    checkpoints: async () => (await checkpoints()).list(),
    preview: async (seq) => (await checkpoints()).preview(seq),
    busy: async () => (await sessions.current()).busy,
    restore: async ({ seq, force, message }) => {
      // The message that is taken back goes into the input box.
      if (message !== undefined) await commands.executeCommand('virtualContext.chat.focus');
      if (seq !== undefined) await sessions.restore(seq, force, message);
      else if (message !== undefined) await sessions.rewind(message, 'keep');
    },
    resolve,
  };
  const restore = (seq?: number) => restoreCheckpoint(chat, seq);
  const look = () => void changes.refresh();
  const tellEditor = () => {
    const paths = changes.list().map(({ uri }) => uri.fsPath);
    void commands.executeCommand('setContext', 'virtualContext.pendingFiles', paths);
    void commands.executeCommand('setContext', 'virtualContext.hasPendingChanges', paths.length > 0);
  };
  return {
    changes,
    actions,
    restoreCheckpoint: restore,
    subscriptions: [
      changes,
      documents,
      new HunkMarks(changes),
      workspace.registerTextDocumentContentProvider(BeforeDocuments.scheme, documents),
      languages.registerCodeLensProvider({ scheme: 'file' }, new HunkLenses(changes)),
      ...registerReviewCommands(changes, actions),
      registerCommand('restoreCheckpoint', (seq) => restore(typeof seq === 'number' ? seq : undefined)),
      sessions.onOutput(({ type }) => {
        if (type === 'changes') look();
      }),
      sessions.onReset(look),
      changes.onDidChange(() => {
        tellEditor();
        documents.refresh();
        closeReviewed(changes).catch(onTrouble);
      }),
    ],
  };
}

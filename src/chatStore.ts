/**
 * The chats on disk as the list of chats works with them: a bundle of its own, loaded when the list is first shown.
 * Nothing but the composition root imports it, by dynamic import.
 */
import type { BlobStore, TokenCounter } from './engine/ports';
import type { ChatStore } from './host/chatStore';
import { chatMarkdown } from './journal/chatMarkdown';
import { exportChat, parseExportedChat } from './journal/exportedChat';
import { FileSessionLog } from './journal/fileSessionLog';
import { importChat } from './journal/importChat';
import { SessionCatalog } from './journal/sessionCatalog';
import { readLineage } from './journal/sessionFiles';
import { emptyTrash, listTrash, restoreSession, trashSession } from './journal/sessionTrash';
import { sweepBlobs } from './journal/sweepBlobs';

export interface ChatStoreParts {
  /** Folder of all sessions. */
  readonly sessions: string;
  /** @throws JournalError */
  readonly blobs: () => Promise<BlobStore>;
  /** Folder of the blob store. */
  readonly blobsFolder: string;
  /** Bytes that copies of files may take which only checkpoints need. */
  readonly maxCheckpointBytes: () => number;
  readonly counter: TokenCounter;
  /** Names of the workspace folders. */
  readonly folders: () => readonly string[];
}

export function createChatStore(parts: ChatStoreParts): ChatStore {
  const { sessions, blobs, blobsFolder, maxCheckpointBytes, counter, folders } = parts;
  const catalog = new SessionCatalog(sessions);
  const read = async (id: string, title: string) =>
    exportChat(title, readLineage(sessions, id), await blobs());
  return {
    list: () => catalog.chats(),
    deleted: () => listTrash(sessions),
    remove: (id) => trashSession(sessions, id, Date.now()),
    restore: (id) => restoreSession(sessions, id),
    clean: async () => {
      const now = Date.now();
      await emptyTrash(sessions, now);
      await sweepBlobs({ blobs: blobsFolder, sessions, maxCheckpointBytes: maxCheckpointBytes(), now });
    },
    rename: async (id, name) => {
      const log = await FileSessionLog.open(sessions, id);
      try {
        await log.append([{ type: 'session.renamed', name, at: Date.now() }]);
      } finally {
        await log.close();
      }
    },
    markdown: async (id, title) => chatMarkdown(await read(id, title)),
    json: async (id, title) => `${JSON.stringify(await read(id, title), undefined, 1)}\n`,
    take: async (id, text) => {
      const chat = parseExportedChat(text);
      const log = await FileSessionLog.open(sessions, id);
      try {
        await importChat(chat, log, folders(), await blobs(), counter);
      } finally {
        await log.close();
      }
    },
  };
}

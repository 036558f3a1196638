/** What can be done with the chats of the list: open, rename, delete and restore, export and import, search, copy. */
import { env, Uri, window, workspace } from 'vscode';
import * as z from 'zod';
import type { RecallHit } from '../engine/ports';
import type { ChatSessions } from './chatSessions';
import { type ChatStore, chatTitle, type ListedChat } from './chatStore';
import { newSessionId } from './LiveSession';
import { searchChats } from './searchChats';

export interface ChatListParts {
  /** Loaded when it is first needed. */
  readonly store: () => Promise<ChatStore>;
  readonly sessions: ChatSessions;
  /** @throws DiskUnavailableError */
  readonly search: (text: string, signal: AbortSignal) => Promise<readonly RecallHit[]>;
  /** Takes the messages of sessions out of recall. @throws DiskUnavailableError */
  readonly forget: (sessions: readonly string[]) => Promise<void>;
  /** Feeds recall what the logs hold and it misses. @throws DiskUnavailableError */
  readonly feed: () => Promise<void>;
  /** The list has to be drawn anew. */
  readonly refresh: () => void;
}

const DELETE = 'Delete';
const UNDO = 'Undo';
/** How long the status bar confirms what was done, ms. */
const CONFIRMATION_MS = 4000;
/** A larger file is no chat, bytes. */
const MAX_IMPORT_BYTES = 256 * 1024 * 1024;

/** What the view passes to the commands of its items. */
const listed = z.object({ id: z.string().min(1) });

/** @returns the commands `virtualContext.<name>` */
export function chatListHandlers(parts: ChatListParts): Record<string, (context?: unknown) => unknown> {
  const withChat = (title: string, act: (chat: ListedChat) => Promise<void>) => async (context?: unknown) => {
    const chat = await chosen(parts, title, context);
    if (chat) await act(chat);
    parts.refresh();
  };
  return {
    showChat: withChat('Open a Chat', (chat) => parts.sessions.show(chat.id)),
    renameChat: withChat('Rename a Chat', (chat) => rename(parts, chat)),
    deleteChat: withChat('Delete a Chat', (chat) => remove(parts, chat)),
    restoreChat: () => restore(parts),
    exportChatMarkdown: withChat('Export a Chat as Markdown', (chat) => save(parts, chat, 'md')),
    exportChatJson: withChat('Export a Chat as JSON', (chat) => save(parts, chat, 'json')),
    importChat: () => take(parts),
    copyChat: () => copy(parts),
    refreshChats: () => parts.refresh(),
    searchChats: async () => {
      const { sessions, search } = parts;
      const chats = async () => (await parts.store()).list();
      const open = (session: string, seq?: number) =>
        seq === undefined ? sessions.show(session) : sessions.reveal(session, seq);
      await searchChats({ chats, search, open });
    },
  };
}

/** The chat of the item whose command was used, else one the person picks. */
async function chosen(
  parts: ChatListParts,
  title: string,
  context: unknown,
): Promise<ListedChat | undefined> {
  const chats = await (await parts.store()).list();
  const id = listed.safeParse(context).data?.id;
  if (id !== undefined) return chats.find((chat) => chat.id === id);
  const shown = ({ id: other }: ListedChat) => other === parts.sessions.session;
  // The one that is shown is the one that is most often meant.
  const items = [...chats.filter(shown), ...chats.filter((chat) => !shown(chat))].map((chat) => ({
    label: chatTitle(chat),
    description: `${shown(chat) ? 'shown now · ' : ''}${new Date(chat.modified).toLocaleString()}`,
    chat,
  }));
  return (await window.showQuickPick(items, { title, placeHolder: 'Which chat?' }))?.chat;
}

async function rename({ store, sessions }: ChatListParts, chat: ListedChat): Promise<void> {
  const name = await window.showInputBox({
    title: 'Rename the Chat',
    value: chatTitle(chat),
    prompt: 'Empty: it goes by its first question again.',
  });
  if (name === undefined) return;
  const trimmed = name.trim().slice(0, 200);
  if (chat.id === sessions.session) await (await sessions.current()).rename(trimmed);
  else await (await store()).rename(chat.id, trimmed);
}

async function remove(parts: ChatListParts, chat: ListedChat): Promise<void> {
  const { store, sessions, forget, refresh } = parts;
  const answer = await window.showWarningMessage(
    `Delete “${chatTitle(chat)}”?`,
    {
      modal: true,
      detail:
        'It leaves the list, and its messages are no longer found by searches of yours or the model’s. For 30 days it can be restored with “Restore a Deleted Chat”.',
    },
    DELETE,
  );
  if (answer !== DELETE) return;
  // The chat that is shown is held by this window: another takes its place first.
  if (chat.id === sessions.session) await sessions.newChat();
  const gone = await (await store()).remove(chat.id);
  await sessions.forget(chat.id);
  refresh();
  // Recall follows the logs: where the disk is away, its next rebuild forgets the chat too.
  const forgotten = await forget(gone).then(
    () => 'Its messages are no longer searched.',
    () => 'Its messages are still found until the message index is rebuilt: the disk process is not there.',
  );
  void window.showInformationMessage(`The chat was deleted. ${forgotten}`, UNDO).then(async (choice) => {
    if (choice === UNDO) await bringBack(parts, chat.id);
  });
}

async function restore(parts: ChatListParts): Promise<void> {
  const deleted = await (await parts.store()).deleted();
  const items = deleted.map((chat) => ({
    label: chatTitle(chat),
    description: new Date(chat.modified).toLocaleString(),
    id: chat.id,
  }));
  const picked = await window.showQuickPick(items, {
    title: 'Restore a Deleted Chat',
    placeHolder: items.length === 0 ? 'No chat was deleted in the last 30 days' : 'Which chat?',
  });
  if (picked) await bringBack(parts, picked.id);
}

async function bringBack({ store, feed, refresh }: ChatListParts, id: string): Promise<void> {
  await (await store()).restore(id);
  refresh();
  // What recall misses it is fed again at the next start, too.
  await feed().catch(() => undefined);
}

async function save({ store }: ChatListParts, chat: ListedChat, kind: 'md' | 'json'): Promise<void> {
  const title = chatTitle(chat);
  const name =
    title
      .replace(/[^\p{L}\p{N} _-]+/gu, ' ')
      .trim()
      .slice(0, 60) || chat.id;
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const target = await window.showSaveDialog({
    ...(folder ? { defaultUri: Uri.joinPath(folder, `${name}.${kind}`) } : {}),
    filters: kind === 'md' ? { Markdown: ['md'] } : { JSON: ['json'] },
  });
  if (!target) return;
  const chats = await store();
  const text = kind === 'md' ? await chats.markdown(chat.id, title) : await chats.json(chat.id, title);
  await workspace.fs.writeFile(target, new TextEncoder().encode(text));
  window.setStatusBarMessage('$(check) Chat exported', CONFIRMATION_MS);
}

async function take({ store, sessions, feed, refresh }: ChatListParts): Promise<void> {
  const [file] = (await window.showOpenDialog({ filters: { JSON: ['json'] }, title: 'Import a Chat' })) ?? [];
  if (!file) return;
  if ((await workspace.fs.stat(file)).size > MAX_IMPORT_BYTES) {
    throw new Error('The file is too large to be a chat. Choose one that “Export Chat as JSON” has written.');
  }
  const text = new TextDecoder().decode(await workspace.fs.readFile(file));
  const id = newSessionId();
  await (await store()).take(id, text);
  refresh();
  await sessions.show(id);
  await feed().catch(() => undefined);
}

/** The whole chat that is shown, as Markdown. */
async function copy({ store, sessions }: ChatListParts): Promise<void> {
  const { session } = await sessions.current();
  const chats = await store();
  const chat = (await chats.list()).find(({ id }) => id === session);
  await env.clipboard.writeText(await chats.markdown(session, chatTitle(chat ?? {})));
  window.setStatusBarMessage('$(check) Chat copied', CONFIRMATION_MS);
}

/** Earlier chats in a quick pick: what was said in them, as one types; opens at the message. */
import { type QuickPickItem, QuickPickItemKind } from 'vscode';
import { describeError } from '../engine/errors';
import type { RecallHit } from '../engine/ports';
import { chatTitle, type ListedChat } from './chatStore';
import { remark, showSearchPick } from './searchPick';

/** Messages shown of one chat. */
const PER_CHAT = 4;
const SNIPPET_CHARS = 140;

export interface SearchChatsParts {
  /** @throws JournalError */
  readonly chats: () => Promise<readonly ListedChat[]>;
  /** Messages of all sessions, the best first. @throws DiskUnavailableError */
  readonly search: (text: string, signal: AbortSignal) => Promise<readonly RecallHit[]>;
  /** @param seq message to scroll to; missing: the chat as it was left */
  readonly open: (session: string, seq?: number) => Promise<void>;
}

interface FoundItem extends QuickPickItem {
  readonly session?: string;
  readonly seq?: number;
}

/** Shows the quick pick. @throws JournalError */
export async function searchChats({ chats, search, open }: SearchChatsParts): Promise<void> {
  const known = await chats();
  showSearchPick<FoundItem>({
    title: 'Search Chats',
    placeholder: 'What was said, who said it, when',
    search: async (typed, signal) => {
      const text = typed.trim();
      const named = titleItems(text, known);
      try {
        return [...named, ...foundItems(text, await search(text, signal), known)];
      } catch (error) {
        return [...named, remark(describeError(error))];
      }
    },
    chosen: ({ session, seq }) => (session === undefined ? undefined : () => open(session, seq)),
  });
}

/** Chats whose name has the text. */
function titleItems(text: string, chats: readonly ListedChat[]): FoundItem[] {
  const wanted = text.toLowerCase();
  const fitting = chats.filter((chat) => chatTitle(chat).toLowerCase().includes(wanted)).slice(0, PER_CHAT);
  if (fitting.length === 0) return [];
  const items = fitting.map((chat) => ({
    label: chatTitle(chat),
    description: new Date(chat.modified).toLocaleString(),
    alwaysShow: true,
    session: chat.id,
  }));
  return [separator('Chats by name'), ...items];
}

/** By chat, in the order of their best messages. Messages of sub-agents and imports belong to no chat. */
function foundItems(text: string, hits: readonly RecallHit[], chats: readonly ListedChat[]): FoundItem[] {
  const bySession = new Map<string, RecallHit[]>();
  for (const hit of hits) bySession.set(hit.session, [...(bySession.get(hit.session) ?? []), hit]);
  return [...bySession].flatMap(([session, found]) => {
    const chat = chats.find(({ id }) => id === session);
    if (!chat) return [];
    const items = found.slice(0, PER_CHAT).map((hit, i) => ({
      // The editor moves items up whose label matches what is typed: the order is recall's.
      label: `${i + 1}`,
      description: `${speaker(hit)}: ${snippet(hit.text, text)}`,
      alwaysShow: true,
      session,
      seq: hit.seq,
    }));
    return [separator(chatTitle(chat)), ...items];
  });
}

function speaker({ role, name }: RecallHit): string {
  if (role === 'user') return 'You';
  return role === 'assistant' ? 'Assistant' : (name ?? 'Result');
}

/** The text around the first word that was asked for. */
function snippet(text: string, asked: string): string {
  const flat = text.replace(/\s+/g, ' ');
  const lower = flat.toLowerCase();
  const places = asked
    .toLowerCase()
    .split(/\s+/)
    .map((word) => lower.indexOf(word))
    .filter((at) => at >= 0);
  const start = Math.max(0, Math.min(...places, flat.length) - 30);
  const from = places.length === 0 ? 0 : start;
  return `${from > 0 ? '…' : ''}${flat.slice(from, from + SNIPPET_CHARS)}`;
}

function separator(label: string): FoundItem {
  return { label, kind: QuickPickItemKind.Separator };
}

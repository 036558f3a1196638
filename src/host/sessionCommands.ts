/** The commands that leave one chat for another: fork, rewind, open an earlier one. */
import { window } from 'vscode';
import * as z from 'zod';
import type { OutputEvent } from '../engine/OutputBuffer';
import type { ChatSessions } from './chatSessions';
import { chatTitle } from './chatStore';

const LABEL_CHARS = 120;

/** A chat of the history. */
export interface EarlierChat {
  readonly id: string;
  /** ms since the epoch. */
  readonly modified: number;
  /** Undefined while nothing was said in it. */
  readonly title?: string;
  /** As the person has named it. */
  readonly name?: string;
  readonly forked?: { readonly from: string };
}

/** What the context menu of a message passes along. */
const messageContext = z.object({ seq: z.number().int().positive() });

/**
 * Forks or rewinds the chat at a message: the one whose context menu was used, else one the person picks.
 * @param context what VS Code passes to the command
 * @throws VirtualContextError
 */
export async function branchChat(
  sessions: ChatSessions,
  act: 'fork' | 'rewind',
  context: unknown,
): Promise<void> {
  const seq = messageContext.safeParse(context).data?.seq ?? (await pickMessage(sessions, act));
  if (seq !== undefined) await sessions[act](seq);
}

/** @throws HeldElsewhereError | JournalError */
export async function openEarlierChat(
  sessions: ChatSessions,
  chats: () => Promise<readonly EarlierChat[]>,
): Promise<void> {
  const { session } = await sessions.current();
  const items = (await chats())
    .filter(({ id }) => id !== session)
    .map(({ id, name, title, modified, forked }) => ({
      label: chatTitle({
        ...(name === undefined ? {} : { name }),
        ...(title === undefined ? {} : { title }),
      }),
      description: new Date(modified).toLocaleString(),
      detail: forked ? `${id}, forked from ${forked.from}` : id,
      id,
    }));
  const picked = await window.showQuickPick(items, {
    title: 'Open an earlier chat',
    placeHolder: items.length === 0 ? 'There is no other chat in this workspace' : 'Which chat?',
    matchOnDetail: true,
  });
  if (picked) await sessions.show(picked.id);
}

async function pickMessage(sessions: ChatSessions, act: 'fork' | 'rewind'): Promise<number | undefined> {
  const { session } = await sessions.current();
  const items = messagesOf(sessions.transcript()).reverse();
  const picked = await window.showQuickPick(items, {
    title: act === 'fork' ? 'Fork the chat after a message' : 'Rewind the chat to a message',
    placeHolder: items.length === 0 ? 'Nothing was said yet' : 'Which message?',
  });
  // The numbers are those of the chat that was shown.
  return sessions.session === session ? picked?.seq : undefined;
}

function messagesOf(
  transcript: readonly OutputEvent[],
): { label: string; description: string; seq: number }[] {
  return transcript.flatMap((event) => {
    if (event.type !== 'userMessage' && event.type !== 'assistantMessage') return [];
    const text = event.text.replace(/\s+/g, ' ').trim();
    if (text === '') return [];
    const label = text.length > LABEL_CHARS ? `${text.slice(0, LABEL_CHARS - 1)}…` : text;
    return [{ label, description: event.type === 'userMessage' ? 'You' : 'Assistant', seq: event.seq }];
  });
}

/** Tells the editor whether anything was said in the chat that is shown: commands that need it are offered then. */
import { Disposable } from 'vscode';
import { contextKey } from './contextKey';
import type { Conversation } from './conversation';

export function tellChatStarted(
  conversation: Pick<Conversation, 'onOutput' | 'onReset' | 'transcript'>,
): Disposable {
  const tell = contextKey('chatStarted');
  return Disposable.from(
    conversation.onOutput(({ type }) => {
      if (type === 'userMessage') tell(true);
    }),
    conversation.onReset(() => tell(conversation.transcript().some(({ type }) => type === 'userMessage'))),
  );
}

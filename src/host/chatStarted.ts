/** Tells the editor whether anything was said in the chat that is shown: commands that need it are offered then. */
import { commands, Disposable } from 'vscode';
import type { Conversation } from './conversation';

const KEY = 'virtualContext.chatStarted';

export function tellChatStarted(
  conversation: Pick<Conversation, 'onOutput' | 'onReset' | 'transcript'>,
): Disposable {
  let told = false;
  const tell = (started: boolean) => {
    if (told === started) return;
    told = started;
    void commands.executeCommand('setContext', KEY, started);
  };
  return Disposable.from(
    conversation.onOutput(({ type }) => {
      if (type === 'userMessage') tell(true);
    }),
    conversation.onReset(() => tell(conversation.transcript().some(({ type }) => type === 'userMessage'))),
  );
}

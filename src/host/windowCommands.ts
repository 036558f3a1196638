/** The commands that make room in the model's window. */
import { type CancellationToken, ProgressLocation, window } from 'vscode';
import type { NoWindowChange, WindowChange, WindowRequest } from '../engine/WindowRequests';
import type { ChatSessions } from './chatSessions';

const RESET = 'Reset';

/** Asks what the summary is to keep, then compacts. @throws VirtualContextError */
export async function compactWindow(sessions: ChatSessions): Promise<void> {
  const instructions = await window.showInputBox({
    title: 'Compact the window',
    prompt:
      'What is not in use leaves the window and is summarised. It can all be searched and paged in again.',
    placeHolder: 'What must the summary keep? (optional)',
  });
  if (instructions === undefined) return;
  const request = { kind: 'compact', instructions: instructions.trim() } as const;
  await change(sessions, request, 'Compacting the window', {
    nothing: 'There is nothing in the window to compact.',
    stopped: 'The window was not compacted: the chat was stopped or left before it was done.',
  });
}

/** Asks whether it is meant, then resets. @throws VirtualContextError */
export async function resetWindow(sessions: ChatSessions): Promise<void> {
  const answer = await window.showWarningMessage(
    'Reset the window?',
    {
      modal: true,
      detail:
        'The model goes on with the pinned notes, the rules and a summary only. The chat stays as it is, and all of it can be searched.',
    },
    RESET,
  );
  if (answer !== RESET) return;
  const request = { kind: 'reset', instructions: '' } as const;
  await change(sessions, request, 'Resetting the window', {
    nothing: 'There is nothing in the window to clear.',
    stopped: 'The window was not reset: the chat was stopped or left before it was done.',
  });
}

/** What was done shows as a line in the chat. */
async function change(
  sessions: ChatSessions,
  request: WindowRequest,
  title: string,
  otherwise: Readonly<Record<Exclude<NoWindowChange, 'cancelled'>, string>>,
): Promise<void> {
  const done = await window.withProgress(
    { location: ProgressLocation.Notification, title: `Virtual Context: ${title}`, cancellable: true },
    (_, token) => cancellable(token, (signal) => sessions.changeWindow(request, signal)),
  );
  if (done === 'nothing' || done === 'stopped') void window.showInformationMessage(otherwise[done]);
}

async function cancellable(
  token: CancellationToken,
  act: (signal: AbortSignal) => Promise<WindowChange | NoWindowChange>,
): Promise<WindowChange | NoWindowChange> {
  const abort = new AbortController();
  const listening = token.onCancellationRequested(() => abort.abort());
  try {
    return await act(abort.signal);
  } finally {
    listening.dispose();
  }
}

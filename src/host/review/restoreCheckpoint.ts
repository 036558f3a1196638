/** Going back to a checkpoint: the person chooses what is restored, sees what would change, and says so. */
import { commands, type QuickPickItem, Uri, window } from 'vscode';
import type { CheckpointInfo, CheckpointPreview } from '../../engine/changes/Checkpoints';
import { UnknownCheckpointError } from '../../engine/errors';
import { BeforeDocuments } from './BeforeDocuments';

interface Restored {
  /** The checkpoint whose files come back; undefined: they stay. */
  readonly seq: number | undefined;
  /** Replaces what the person has changed since, too. */
  readonly force: boolean;
  /** The chat goes on in a new one that ends before this message; undefined: it stays. */
  readonly message: number | undefined;
}

export interface RestorableChat {
  /** Newest first. @throws JournalError */
  checkpoints(): Promise<readonly CheckpointInfo[]>;
  /** @throws VirtualContextError */
  preview(seq: number): Promise<CheckpointPreview>;
  /** Whether a turn runs, which restoring stops. */
  busy(): Promise<boolean>;
  /** The files first. @throws VirtualContextError */
  restore(what: Restored): Promise<void>;
  /** Absolute path of a workspace path. @throws OutsideWorkspaceError */
  resolve(path: string): string;
}

type Part = 'files' | 'conversation' | 'both';
type Choice = QuickPickItem & { readonly does: Part | 'preview' | 'setting' };

const LABEL_CHARS = 80;
const TITLE_CHARS = 30;
const NAMED_FILES = 8;
const CONFIRM_MS = 5000;
const SETTING = 'virtualContext.checkpoints.maxMegabytes';
const REPLACE = 'Replace My Changes Too';

/**
 * @param seq the checkpoint; default: one that the person picks
 * @throws VirtualContextError
 */
export async function restoreCheckpoint(chat: RestorableChat, seq?: number): Promise<void> {
  const all = await chat.checkpoints();
  if (seq === undefined && all.length === 0) {
    void window.showInformationMessage(
      'There is no checkpoint in this chat: the assistant has edited nothing in it.',
    );
    return;
  }
  const checkpoint = seq === undefined ? await pick(all) : all.find((info) => info.seq === seq);
  if (!checkpoint) {
    if (seq === undefined) return;
    throw new UnknownCheckpointError('This chat has no such checkpoint.', 'Choose one of its list.');
  }
  const preview = await chat.preview(checkpoint.seq);
  const part = await choosePart(chat, checkpoint, preview);
  if (!part) return;
  const withFiles = part !== 'conversation';
  const force = withFiles && preview.files.some(({ editedSince }) => editedSince);
  if (force && !(await confirmed(preview))) return;
  await chat.restore({
    seq: withFiles ? checkpoint.seq : undefined,
    force,
    message: part === 'files' ? undefined : checkpoint.prompt?.seq,
  });
  if (withFiles) await closePreview(checkpoint);
  const what = { files: 'Files', conversation: 'Conversation', both: 'Files and conversation' }[part];
  window.setStatusBarMessage(`$(bookmark) ${what} restored`, CONFIRM_MS);
}

async function pick(all: readonly CheckpointInfo[]): Promise<CheckpointInfo | undefined> {
  const items = all.map((info) => ({
    label: nameOf(info),
    description: new Date(info.at).toLocaleString(),
    detail: `${named(info.files.map(changedFile), 'Changed nothing')}${info.gone ? ' (the files’ old texts are no longer kept)' : ''}`,
    info,
  }));
  const picked = await window.showQuickPick(items, {
    title: 'Restore Checkpoint',
    placeHolder: 'Back to before which message?',
    matchOnDetail: true,
  });
  return picked?.info;
}

/** Asks again after the preview was shown: the list stays while the person looks at it. */
async function choosePart(
  chat: RestorableChat,
  checkpoint: CheckpointInfo,
  preview: CheckpointPreview,
): Promise<Part | undefined> {
  const choices = choicesOf(checkpoint, preview);
  for (;;) {
    const stops = (await chat.busy()) ? ' (this stops the turn that runs)' : '';
    const picked = await window.showQuickPick(choices, {
      title: `Restore the checkpoint before “${nameOf(checkpoint)}”${stops}`,
      placeHolder:
        choices.length === 0 ? 'The files are as they were, and there is no message to go back to' : 'What?',
      ignoreFocusOut: true,
    });
    if (picked?.does === 'setting') {
      await commands.executeCommand('workbench.action.openSettings', SETTING);
      return undefined;
    }
    if (picked?.does !== 'preview') return picked?.does;
    await showPreview(chat, checkpoint, preview);
  }
}

function choicesOf({ prompt }: CheckpointInfo, { files, moves, gone }: CheckpointPreview): readonly Choice[] {
  const names = [
    ...files.map(({ path, before, editedSince }) => {
      const act = before === undefined ? ' (deleted)' : '';
      return `${path}${act}${editedSince ? ' (you changed it since)' : ''}`;
    }),
    ...moves.map(({ from, path }) => `${path} (moved back to ${from})`),
  ];
  const some = names.length > 0 && gone.length === 0;
  const choices: Choice[] = [];
  if (some)
    choices.push({
      does: 'files',
      label: '$(files) Files',
      detail: `${named(names, '')}. What commands changed stays as it is.`,
    });
  if (prompt)
    choices.push({
      does: 'conversation',
      label: '$(comment-discussion) Conversation',
      detail:
        some || gone.length > 0
          ? 'Your message goes back into the input. The files stay as they are, and what waits for review is kept.'
          : 'Your message goes back into the input.',
    });
  if (some && prompt)
    choices.push({
      does: 'both',
      label: '$(history) Files and Conversation',
      detail: 'As if it was not said.',
    });
  if (gone.length > 0)
    choices.push({
      does: 'setting',
      label: '$(circle-slash) Files: No Longer Kept',
      detail: `${named(gone, '')}: the oldest texts go beyond ${SETTING}. Opens the setting.`,
    });
  if (some && files.length > 0)
    choices.push({ does: 'preview', label: '$(diff-multiple) Show What Would Change' });
  return choices;
}

export async function confirmed({ files }: CheckpointPreview): Promise<boolean> {
  const edited = files.filter(({ editedSince }) => editedSince).map(({ path }) => path);
  const answer = await window.showWarningMessage(
    `You have changed ${edited.length === 1 ? 'a file' : `${edited.length} files`} after the assistant did. Restore all the same?`,
    {
      modal: true,
      detail: `${named(edited, '')}\n\nWhat you wrote there is replaced; the chat’s log keeps a copy.`,
    },
    REPLACE,
  );
  return answer === REPLACE;
}

/** As a diff per file: on the left what is there now. */
export async function showPreview(
  chat: Pick<RestorableChat, 'resolve'>,
  checkpoint: CheckpointInfo,
  { files }: CheckpointPreview,
): Promise<void> {
  const resources = files.map(({ path, before, now }) => {
    const file = Uri.file(chat.resolve(path));
    const then = BeforeDocuments.uri(file, path, { kind: 'checkpoint', seq: checkpoint.seq });
    return [file, now === undefined ? undefined : file, before === undefined ? undefined : then];
  });
  await commands.executeCommand('vscode.changes', previewTitle(checkpoint), resources);
}

export async function closePreview(checkpoint: CheckpointInfo): Promise<void> {
  // VS Code adds the number of files.
  const title = previewTitle(checkpoint);
  const shown = window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.filter(({ label }) => label.startsWith(title)),
  );
  if (shown.length > 0) await window.tabGroups.close(shown, true);
}

function previewTitle(checkpoint: CheckpointInfo): string {
  return `Restoring: now ↔ before “${nameOf(checkpoint, TITLE_CHARS)}”`;
}

function nameOf({ prompt, turn, why }: CheckpointInfo, chars = LABEL_CHARS): string {
  if (why !== undefined) return why === 'restore' ? 'Files put back' : 'Chat gone back';
  const text = prompt?.text.replace(/\s+/g, ' ').trim() ?? '';
  if (text === '') return `Turn ${turn}`;
  return text.length > chars ? `${text.slice(0, chars - 1)}…` : text;
}

function changedFile({ path, added, removed }: CheckpointInfo['files'][number]): string {
  return added === undefined || removed === undefined ? path : `${path} +${added} −${removed}`;
}

export function named(names: readonly string[], otherwise: string): string {
  if (names.length === 0) return otherwise;
  const more = names.length - NAMED_FILES;
  return `${names.slice(0, NAMED_FILES).join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

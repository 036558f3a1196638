/** Going on from an earlier message leaves behind what was edited after it: the person says what becomes of the files. */
import { type QuickPickItem, window } from 'vscode';
import type { CheckpointInfo, CheckpointPreview } from '../../engine/changes/Checkpoints';
import { closePreview, confirmed, named, type RestorableChat, showPreview } from './restoreCheckpoint';

export interface AbandonedEdits {
  /** The first that is left behind. */
  readonly checkpoint: CheckpointInfo;
  /** Not empty. */
  readonly preview: CheckpointPreview;
}

type Choice = QuickPickItem & { readonly does: 'putBack' | 'keep' | 'preview' };

/** @returns undefined when the person would rather not go on from there */
export async function askAboutEdits(
  resolve: RestorableChat['resolve'],
  { checkpoint, preview }: AbandonedEdits,
): Promise<'putBack' | 'keep' | undefined> {
  const choices = choicesOf(preview);
  for (;;) {
    const picked = await window.showQuickPick(choices, {
      title: 'The assistant has edited files after this message',
      placeHolder: 'What is to become of them?',
      ignoreFocusOut: true,
    });
    if (picked?.does === 'preview') {
      await showPreview({ resolve }, checkpoint, preview);
      continue;
    }
    await closePreview(checkpoint);
    if (picked?.does !== 'putBack') return picked?.does;
    const edited = preview.files.some(({ editedSince }) => editedSince);
    return edited && !(await confirmed(preview)) ? undefined : 'putBack';
  }
}

function choicesOf({ files, moves, gone }: CheckpointPreview): readonly Choice[] {
  const names = named(
    [...files.map(({ path }) => path), ...moves.map(({ from, path }) => `${path} (moved back to ${from})`)],
    '',
  );
  const keep = {
    does: 'keep',
    label: '$(check) Keep Them as They Are',
    detail: 'What waits for review goes on waiting, and a checkpoint is made.',
  } as const;
  if (gone.length > 0) {
    const why = `What ${named(gone, '')} said then is no longer kept: they cannot be put back.`;
    return [{ ...keep, detail: `${why} ${keep.detail}` }];
  }
  return [
    { does: 'putBack', label: '$(discard) Put the Files Back', detail: names },
    keep,
    ...(files.length > 0
      ? [{ does: 'preview', label: '$(diff-multiple) Show What Would Change' } as const]
      : []),
  ];
}

/** After a crash: whether a change of a file that was about to be made was made. */
import type { EventOf } from '../events';
import type { BlobStore, WorkspaceFiles } from '../ports';
import type { FileChange } from './FileChanges';
import { keptText } from './keptText';
import { textNow } from './putBack';

/**
 * @returns the change as it was made; undefined when it was not, or the file is another by now: the person's
 * @throws JournalError when a text that is there cannot be read
 */
export async function madeMeanwhile(
  { kind, path, from = '', before, after, binary }: EventOf<'file.editing'>,
  { files, blobs }: { readonly files: WorkspaceFiles; readonly blobs: BlobStore },
): Promise<FileChange | undefined> {
  // A blob that is missing was not yet stored: nothing was done then.
  const [old, wanted] = await Promise.all([keptText(blobs, before), keptText(blobs, after)]);
  const there = (await files.version(path)) !== undefined;
  switch (kind) {
    case 'write': {
      const now = there ? await textNow(files, path) : undefined;
      if (now === undefined || wanted === undefined || !isMade(now, old, wanted)) return undefined;
      return { kind, path, after: now, ...(old === undefined ? {} : { before: old }) };
    }
    case 'delete':
      return there || old === undefined ? undefined : { kind, path, before: old, ...(binary && { binary }) };
    case 'move': {
      if (!there || (await files.version(from)) !== undefined) return undefined;
      if (old === undefined) return { kind, path, from };
      return (await textNow(files, path)) === old ? { kind, path, from, text: old } : undefined;
    }
  }
}

/** Saving may have formatted it before the crash. */
function isMade(now: string, before: string | undefined, wanted: string): boolean {
  if (now === wanted || now === before) return now === wanted;
  const [theirs, ours, old] = [now, wanted, before ?? ''].map((text) => text.replace(/\s+/g, ''));
  return theirs === ours && ours !== old;
}

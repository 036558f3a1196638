/** Makes a file what it was: writes, creates or removes it, if it is still what it was taken for. */

import type { BlobStore, FileForm, WorkspaceFiles } from '../ports';
import type { ChangedFile } from './changeEvents';

/**
 * Both texts are kept before anything is done: whatever happens then, neither is lost.
 * @param now what the file is taken for @param then what it is to be; undefined: no file
 * @param form of a file that comes back
 * @throws EditConflictError when it is another by now | OutsideWorkspaceError | UnreadableFileError | JournalError
 */
export async function putBack(
  { files, blobs }: { readonly files: WorkspaceFiles; readonly blobs: BlobStore },
  path: string,
  now: string | undefined,
  then: string | undefined,
  form?: FileForm,
): Promise<ChangedFile> {
  const before = now === undefined ? undefined : await blobs.put(now);
  const after = then === undefined ? undefined : await blobs.put(then);
  const removed = await replace(files, path, now, then, form);
  return {
    path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(removed ? { form: removed } : {}),
  };
}

async function replace(
  files: WorkspaceFiles,
  path: string,
  now: string | undefined,
  then: string | undefined,
  form: FileForm = {},
): Promise<FileForm | undefined> {
  if (now === then) return undefined;
  if (then === undefined) return now === undefined ? undefined : files.remove(path, now);
  await files.write(path, now, then, form);
  return undefined;
}

/** @returns the file's text now; undefined when there is none, or none that can be read */
export async function textNow(files: WorkspaceFiles, path: string): Promise<string | undefined> {
  if ((await files.version(path)) === undefined) return undefined;
  const snapshot = await files.read(path, new AbortController().signal).catch(() => undefined);
  return snapshot?.text;
}

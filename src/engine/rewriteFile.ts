/**
 * Changes of files that follow from what is known about the code (a rename), not from lines that the model has written: it
 * need not have seen them. They go through the same door as its edits.
 */

import type { Approver } from './approvals';
import { askIfProtected } from './askIfProtected';
import type { FileChanges } from './changes/FileChanges';
import { EditsForbiddenError } from './errors';
import type { TextDiff, WorkspaceFiles } from './ports';

export interface RewriteParts {
  readonly files: WorkspaceFiles;
  readonly changes: FileChanges;
  readonly approver: Approver;
  readonly diff: TextDiff;
}

/**
 * @param path workspace path @param before the text as it was read
 * @returns `unsaved` when only an editor holds it
 * @throws EditConflictError when the file is another by now | EditsForbiddenError when the person refuses
 * | OutsideWorkspaceError | UnreadableFileError | JournalError
 */
export async function rewriteFile(
  parts: RewriteParts,
  path: string,
  before: string,
  after: string,
  signal: AbortSignal,
): Promise<'saved' | 'unsaved'> {
  const approval = await askIfProtected(parts, path, false, () => parts.diff(before, after), signal);
  if (approval && !approval.allowed) {
    const { words } = approval;
    const next = words === undefined ? 'Ask what they want instead.' : `They say: ${words}`;
    throw new EditsForbiddenError(`The person refused the change of ${path}.`, next);
  }
  return (await parts.changes.make({ kind: 'write', path, before, after }, [])).written;
}

/** What editors, agents or git obey is changed only after the person has seen the change, in every mode. */
import type { Approval, Approver } from './approvals';
import type { WorkspaceFiles } from './ports';

/**
 * @param creates whether the file comes into being
 * @param diff unified, without file headers; made only when there is somebody to show it to
 * @returns what the person decided; undefined when the file is not protected
 * @throws EditsForbiddenError when nobody is to be asked | the signal's reason
 */
export async function askIfProtected(
  { files, approver }: { readonly files: WorkspaceFiles; readonly approver: Approver },
  path: string,
  creates: boolean,
  diff: () => string,
  signal: AbortSignal,
): Promise<Approval | undefined> {
  signal.throwIfAborted();
  if (!(await files.isProtected(path))) return undefined;
  const approval = await approver.approve({ kind: 'edit', path, creates, diff: diff() }, signal);
  signal.throwIfAborted();
  return approval;
}

import type { ApprovalRequest } from '../engine/approvals';
import type { FunctionContext, FunctionOutcome } from '../engine/EngineFunction';

type SecretChange = NonNullable<Extract<ApprovalRequest, { kind: 'secretFile' }>['change']>;

/**
 * Asks the person when a file looks like it holds secrets.
 * @param change what is to be done to it; absent: it is only read
 * @returns the refusal; undefined when they allow it
 */
export async function refusedSecret(
  path: string,
  { files, approver, signal }: FunctionContext,
  change?: SecretChange,
): Promise<FunctionOutcome | undefined> {
  if (!(await files.isSecret(path))) return undefined;
  const asked = { kind: 'secretFile', path, ...(change ? { change } : {}) } as const;
  const { allowed, words } = await approver.approve(asked, signal);
  if (allowed) return undefined;
  const said = words === undefined ? '' : ` They say: ${words}`;
  return {
    text: `The person refused: ${path} looks like a file with secrets. Go on without it; do not ask again.${said}`,
    isError: true,
  };
}

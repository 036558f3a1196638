import type { FunctionContext, FunctionOutcome } from '../engine/EngineFunction';

/** Asks the person when a file looks like it holds secrets. @returns the refusal; undefined when it may be read */
export async function refusedSecret(
  path: string,
  { files, approver, signal }: FunctionContext,
): Promise<FunctionOutcome | undefined> {
  if (!(await files.isSecret(path))) return undefined;
  const { allowed, words } = await approver.approve({ kind: 'secretFile', path }, signal);
  if (allowed) return undefined;
  const said = words === undefined ? '' : ` They say: ${words}`;
  return {
    text: `The person refused: ${path} looks like a file with secrets. Go on without it; do not ask again.${said}`,
    isError: true,
  };
}

/** A folder is moved file by file: each is reviewed, undone and restored like any other. */
import type { FileMove, FunctionOutcome } from './EngineFunction';
import { describeError, UnreadableFileError } from './errors';
import type { WorkspaceFiles } from './ports';

/** A folder with more files, or more folders, is moved by a command, or by the person. */
const MOST = 200;

type Files = Pick<WorkspaceFiles, 'isSecret' | 'list' | 'removeEmptyFolders' | 'version'>;

/** @returns the paths of all files below; what of it cannot be moved, as words; undefined for what is no folder */
export async function filesInFolder(
  files: Files,
  folder: string,
  signal: AbortSignal,
): Promise<readonly string[] | string | undefined> {
  const found: string[] = [];
  const folders = [folder];
  let below = 0;
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    const entries = await files.list(at, signal).catch((error: unknown) => {
      if (error instanceof UnreadableFileError) return undefined;
      throw error;
    });
    if (!entries) return at === folder ? undefined : `${at} cannot be listed`;
    for (const { name, kind } of entries) {
      const path = `${at}/${name}`;
      if (kind === 'directory') {
        folders.push(path);
        below++;
      } else if (kind !== 'file') return `${path} is no file`;
      else if (await files.isSecret(path)) return `${path} looks secret`;
      else found.push(path);
      if (found.length > MOST) return `it holds more than ${MOST} files`;
      if (below > MOST) return `it holds more than ${MOST} folders`;
    }
  }
  return found.sort();
}

/**
 * @param inside as `filesInFolder` found it @param move moves one of them
 * @throws as `move` before the first of them is moved, and the signal's reason
 */
export async function moveFolder(
  files: Files,
  { from, to }: FileMove,
  inside: readonly string[] | string,
  move: (file: FileMove) => Promise<FunctionOutcome>,
  signal: AbortSignal,
): Promise<FunctionOutcome> {
  const refused = (why: string) => ({ text: `Refused: ${why}. Nothing was moved.`, isError: true });
  if (typeof inside === 'string') return refused(`the folder ${from} is not moved: ${inside}`);
  if (inside.length === 0) return refused(`the folder ${from} holds no files`);
  if (`${to}/`.startsWith(`${from}/`)) return refused(`${to} is in ${from} itself`);
  if ((await files.version(to)) !== undefined)
    return refused(`${to} is there already: name a folder that is not there`);
  const moved: FunctionOutcome[] = [];
  for (const path of inside) {
    const outcome = await move({ from: path, to: `${to}${path.slice(from.length)}` }).catch(
      (error: unknown) => {
        signal.throwIfAborted();
        return { text: describeError(error), isError: true };
      },
    );
    if (outcome.isError) return partly(from, moved, inside.length, outcome.text);
    moved.push(outcome);
  }
  await files.removeEmptyFolders(from);
  const headline = `Moved the folder ${from} to ${to}: ${inside.length} files. What refers to them by their paths may have to be changed.`;
  return told(headline, moved);
}

function partly(
  from: string,
  moved: readonly FunctionOutcome[],
  count: number,
  why: string,
): FunctionOutcome {
  const headline = `Moved ${moved.length} of the ${count} files of ${from}; the next was not: ${why}`;
  return { ...told(headline, moved), isError: true };
}

/** With the pages that went along. */
function told(headline: string, moved: readonly FunctionOutcome[]): FunctionOutcome {
  const pages = moved.flatMap(({ text }) => text.split('\n').slice(1));
  return { text: [headline, ...pages].join('\n'), anchors: moved.flatMap(({ anchors = [] }) => anchors) };
}

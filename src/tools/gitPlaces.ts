/** What the git functions share: the folders they ask, and what they may name to git. */
import { UnreadableFileError } from '../engine/errors';
import { GitError, git } from './git';
import { canonicalPath, locate, type WorkspaceRoot } from './workspacePaths';

export interface GitPlace {
  readonly root: WorkspaceRoot;
  /** Relative to the folder; empty for all of it. */
  readonly relative: string;
  /** As the model is shown it. */
  readonly shown: string;
}

/**
 * @param written as the model wrote it; without it every folder
 * @throws OutsideWorkspaceError | UnreadableFileError
 */
export function gitPlaces(roots: readonly WorkspaceRoot[], written: string | undefined): readonly GitPlace[] {
  const place = written === undefined ? undefined : locate(roots, written);
  if (place) return [{ ...place, shown: canonicalPath(roots, place) }];
  if (roots.length === 0) {
    throw new UnreadableFileError('No folder is open.', 'Ask the person to open a folder.');
  }
  return roots.map((root) => ({ root, relative: '', shown: canonicalPath(roots, { root, relative: '' }) }));
}

/** Only what is in the folder, whatever characters the path has. */
export function pathspec({ relative }: GitPlace): string {
  return relative === '' ? '.' : `:(literal)${relative}`;
}

/**
 * Asks each place; where there are several, those that are no repositories are left out as long as one is.
 * @returns the answers, in the order of the places
 * @throws GitError
 */
export async function askEach<Answer>(
  places: readonly GitPlace[],
  ask: (place: GitPlace) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  let failure: unknown;
  for (const place of places) {
    try {
      answers.push(await ask(place));
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      failure ??= error;
    }
  }
  if (answers.length === 0) throw failure;
  return answers;
}

/**
 * @param written a name of a commit as the model wrote it
 * @returns its hash: nothing else (an option, a file in a commit) can be said in its place
 * @throws GitError
 */
export async function commitHash(folder: string, written: string, signal: AbortSignal): Promise<string> {
  try {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${written}^{commit}`];
    return (await git(folder, args, signal)).text.trim();
  } catch (error) {
    if (!(error instanceof GitError) || !/^git refused/.test(error.message)) throw error;
    throw new GitError(
      `There is no commit ${JSON.stringify(written)}.`,
      'Name a hash, a branch or a tag; git_log shows hashes.',
    );
  }
}

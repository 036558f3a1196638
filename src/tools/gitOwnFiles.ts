import { UnreadableFileError } from '../engine/errors';

/** As git itself refuses it in a tree: in any case, and with what Windows ignores at the end of a name. */
const GIT_FOLDER = /^\.git[ .]*(:.*)?$/i;

/**
 * Hooks and settings in git's own folder are run by the next git command, by whomever it is given.
 * @param shown the path as the person knows it, for messages
 * @param inside `/`-separated, relative to the workspace folder, links resolved
 * @throws UnreadableFileError when it leads into git's own folder
 */
export function refuseGitOwnFiles(shown: string, inside: string): void {
  if (!inside.split('/').some((part) => GIT_FOLDER.test(part))) return;
  throw new UnreadableFileError(
    `${shown} belongs to git, whose own files are not edited.`,
    'Tell the person which git command to run.',
  );
}

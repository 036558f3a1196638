import { UnreadableFileError } from '../engine/errors';
import { codeOf } from './unreadable';

/** What the system says when a file cannot be written, in words with a next step. */
export function unwritable(path: string, error: unknown): UnreadableFileError {
  const options = { cause: error };
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new UnreadableFileError(
        `${path} may not be written: it is read-only.`,
        'Ask the person to change that.',
        options,
      );
    case 'EISDIR':
      return new UnreadableFileError(`${path} is a folder.`, 'Name a file in it.', options);
    case 'EEXIST':
    case 'ENOTDIR':
      return new UnreadableFileError(
        `${path} leads through a file.`,
        'See what is there with list_directory.',
        options,
      );
    default: {
      const message = error instanceof Error ? error.message : String(error);
      return new UnreadableFileError(
        `${path} could not be written: ${message}.`,
        'Nothing was changed; tell the person.',
        options,
      );
    }
  }
}

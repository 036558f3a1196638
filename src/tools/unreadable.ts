import { UnreadableFileError } from '../engine/errors';

/** What the system says of a file, in words with a next step. */
export function unreadable(path: string, error: unknown): UnreadableFileError {
  const options = { cause: error };
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ESTALE':
      return new UnreadableFileError(
        `${path} was deleted while it was read.`,
        'See what is there with list_directory.',
        options,
      );
    case 'EACCES':
    case 'EPERM':
      return new UnreadableFileError(
        `${path} may not be read: no permission.`,
        'Go on without it, or ask the person.',
        options,
      );
    case 'ELOOP':
      return new UnreadableFileError(
        `${path} is a link that leads to itself.`,
        'Read another file.',
        options,
      );
    default: {
      const message = error instanceof Error ? error.message : String(error);
      return new UnreadableFileError(
        `${path} could not be read: ${message}.`,
        'Try again or read another file.',
        options,
      );
    }
  }
}

/** The system's code, e.g. `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

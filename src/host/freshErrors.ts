/** Errors that came with the last changes of a file: those it had before are nobody's news. */
import type { FileLines } from '../engine/ports';

export interface FileError {
  /** 1-based, inclusive. */
  readonly startLine: number;
  readonly endLine: number;
  readonly message: string;
}

interface FileErrors {
  /** Messages reported before the file changed: lines move, messages mostly stay. */
  known: ReadonlySet<string>;
  now: readonly FileError[];
  changed: boolean;
}

export class FreshErrors {
  private readonly files = new Map<string, FileErrors>();

  /** The text of a file has changed. */
  changed(path: string): void {
    const file = this.file(path);
    if (!file.changed) file.known = messagesOf(file.now);
    file.changed = true;
  }

  /** All errors of a file, as they are now. */
  report(path: string, errors: readonly FileError[]): void {
    this.file(path).now = errors;
  }

  lines(): readonly FileLines[] {
    return [...this.files].flatMap(([path, { known, now, changed }]) =>
      now
        .filter(({ message }) => changed && !known.has(message))
        .map(({ startLine, endLine }) => ({ path, startLine, endLine })),
    );
  }

  private file(path: string): FileErrors {
    const file = this.files.get(path) ?? { known: new Set(), now: [], changed: false };
    this.files.set(path, file);
    return file;
  }
}

function messagesOf(errors: readonly FileError[]): ReadonlySet<string> {
  return new Set(errors.map((error) => error.message));
}

/** Opens a file of the workspace at a range. */
import { Range, type TextDocumentShowOptions, type TextEditor, Uri, window, workspace } from 'vscode';
import { UnreadableFileError } from '../engine/errors';

export interface Place {
  /** As functions and links write it. */
  readonly path: string;
  /** 1-based, inclusive. */
  readonly startLine?: number | undefined;
  readonly endLine?: number | undefined;
}

/** @returns the absolute path of a path as functions and links write it. @throws OutsideWorkspaceError | UnreadableFileError */
export type ResolvePath = (path: string) => string;

/**
 * @param options e.g. `preserveFocus` when the assistant, not the person, opens it
 * @throws OutsideWorkspaceError | UnreadableFileError
 */
export async function openPlace(
  resolve: ResolvePath,
  place: Place,
  options: TextDocumentShowOptions = {},
): Promise<TextEditor> {
  const document = await openDocument(resolve(place.path), place.path);
  const start = Math.max(0, (place.startLine ?? 1) - 1);
  const end = Math.min(document.lineCount - 1, Math.max(start, (place.endLine ?? place.startLine ?? 1) - 1));
  const selection = document.validateRange(new Range(start, 0, end, Number.MAX_SAFE_INTEGER));
  return window.showTextDocument(document, { preview: true, ...options, selection });
}

async function openDocument(path: string, shown: string) {
  try {
    return await workspace.openTextDocument(Uri.file(path));
  } catch (error) {
    throw new UnreadableFileError(`${shown} cannot be opened.`, 'It may have been moved or deleted.', {
      cause: error,
    });
  }
}

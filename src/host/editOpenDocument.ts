/** Edits a file through its document, so that Undo knows, unsaved changes stay, and saving formats it as the settings say. */
import { Range, type TextDocument, Uri, WorkspaceEdit, workspace } from 'vscode';

/**
 * @param before what the document must hold still
 * @returns `elsewhere` when no editor holds the file, or what it shows is not what is on disk: the file is to be written;
 * `unsaved` when the editor holds the edit and the disk does not
 */
export async function editOpenDocument(
  absolutePath: string,
  before: string,
  after: string,
): Promise<'saved' | 'unsaved' | 'conflict' | 'elsewhere'> {
  const document = workspace.textDocuments.find(
    ({ uri, isClosed }) => uri.scheme === 'file' && uri.fsPath === absolutePath && !isClosed,
  );
  return document ? editDocument(document, before, after) : 'elsewhere';
}

/** As `editOpenDocument`, of a file that no editor shows. */
export async function editClosedDocument(
  absolutePath: string,
  before: string,
  after: string,
): Promise<'saved' | 'unsaved' | 'conflict' | 'elsewhere'> {
  // What no document can be made of (too large, of an encoding the editor does not take for text) is edited on disk.
  const document = await workspace.openTextDocument(Uri.file(absolutePath)).then(
    (opened) => opened,
    () => undefined,
  );
  return document ? editDocument(document, before, after) : 'elsewhere';
}

async function editDocument(document: TextDocument, before: string, after: string) {
  const unsaved = document.isDirty;
  // A document has one kind of line end and no byte order mark: a file it does not show exactly is edited on disk.
  if (document.getText() !== before) return unsaved ? 'conflict' : 'elsewhere';
  const { start, end, text } = smallestChange(before, after);
  const edit = new WorkspaceEdit();
  const range = new Range(document.positionAt(start), document.positionAt(end));
  edit.replace(document.uri, range, text);
  // The editor refuses an edit of a version that is no longer the present one.
  if (!(await workspace.applyEdit(edit))) return 'conflict';
  // What the person has not saved is theirs to save.
  if (unsaved) return 'unsaved';
  // Refused for what is read-only, by a full disk, by an extension.
  const saved = await document.save().then(
    (done) => done,
    () => false,
  );
  return saved ? 'saved' : 'unsaved';
}

/** The part that differs, never half a character or half a line end. */
function smallestChange(before: string, after: string): { start: number; end: number; text: string } {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < most - start && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  while (start > 0 && !isBoundary(before, start)) start--;
  while (tail > 0 && !isBoundary(before, before.length - tail)) tail--;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}

function isBoundary(text: string, offset: number): boolean {
  const pair = text.slice(offset - 1, offset + 1);
  return pair !== '\r\n' && !/^[\ud800-\udbff][\udc00-\udfff]$/.test(pair);
}

/** Edits a file through its document, so that Undo knows, unsaved changes stay, and saving formats it as the settings say. */
import { Range, type TextDocument, Uri, WorkspaceEdit, workspace } from 'vscode';
import { formatterLoaded, missedFormatting } from './formatterLoaded';

/** So often what was refused is tried. */
const ATTEMPTS = 3;

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
  const document = await documentOf(absolutePath);
  if (!document) return 'elsewhere';
  await formatterLoaded(document);
  const edited = await editDocument(document, before, after);
  if (edited === 'saved' && (await missedFormatting(document))) await saveAgain(document);
  return edited;
}

/**
 * Has done to a file that was just created what saving does, as the person's settings say: formatting, code actions, blanks
 * and line ends at the end. Undo knows of it. Never throws.
 * @param text what the file holds
 */
export async function saveCreated(absolutePath: string, text: string): Promise<void> {
  const document = await documentOf(absolutePath);
  if (!document || document.isDirty || document.getText() !== text) return;
  await formatterLoaded(document);
  await saveAgain(document);
}

/** Saving does something only to a document that was changed since: with a blank at the end, which does not stay. */
async function saveAgain(document: TextDocument): Promise<void> {
  const text = document.getText();
  const put = new WorkspaceEdit();
  put.insert(document.uri, document.positionAt(text.length), ' ');
  if (!(await workspace.applyEdit(put))) return;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const at = blankAt(document.getText(), text);
    if (at === undefined) break;
    const taken = new WorkspaceEdit();
    taken.delete(document.uri, new Range(document.positionAt(at), document.positionAt(at + 1)));
    // Refused where somebody writes at the same time.
    if (await workspace.applyEdit(taken)) break;
  }
  // What somebody has written meanwhile is theirs to save.
  if (document.getText() === text) await saved(document);
}

/** @returns where the blank that was put behind `text` stands, whatever was written before or behind it since */
function blankAt(now: string, text: string): number | undefined {
  if (now.startsWith(`${text} `)) return text.length;
  const lastLine = text.slice(Math.max(0, text.lastIndexOf('\n')));
  return now.endsWith(`${lastLine} `) ? now.length - 1 : undefined;
}

/** Without showing it. @returns undefined for what no document can be made of */
async function documentOf(absolutePath: string): Promise<TextDocument | undefined> {
  return workspace.openTextDocument(Uri.file(absolutePath)).then(
    (opened) => opened,
    () => undefined,
  );
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
  return (await saved(document)) ? 'saved' : 'unsaved';
}

/** False for what is read-only, on a full disk, or refused by an extension. */
async function saved(document: TextDocument): Promise<boolean> {
  const done = await document.save().then(
    (result) => result,
    () => false,
  );
  // What was saved automatically a moment earlier needs no saving: VS Code says false.
  return done || !document.isDirty;
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

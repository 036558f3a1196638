/**
 * The workspace of a re-enacted session: of each file the lines that the session was shown, as they were at that moment.
 * Lines that were never shown are empty.
 */
import { parseAddress } from '../../engine/addresses';
import { EditConflictError, OutsideWorkspaceError, UnreadableFileError } from '../../engine/errors';
import type { EventOf } from '../../engine/events';
import { splitLines } from '../../engine/filePages';
import type { LineRange } from '../../engine/PageTable';
import type { FilePage } from '../../engine/pages';
import type { BlobStore, FileForm, FileSnapshot, WorkspaceFiles } from '../../engine/ports';

interface RecordedFile {
  readonly addressPath: string;
  readonly lines: (string | undefined)[];
  readonly version: string;
}

export class RecordedFiles implements WorkspaceFiles {
  private readonly files = new Map<string, RecordedFile>();
  private readonly paths = new Map<string, string>();
  private changes = 0;

  /** @param folders names of the workspace folders at that time */
  constructor(private readonly folders: readonly string[]) {}

  /** A range was shown with these lines. */
  show({ address, path, startLine, version }: FilePage, source: string): void {
    const parsed = parseAddress(address);
    const addressPath = parsed?.kind === 'file' ? parsed.addressPath : this.addressPathOf(path);
    const lines = this.files.get(path)?.lines ?? [];
    for (const [index, line] of splitLines(source).entries()) lines[startLine - 1 + index] = line;
    this.put(path, { addressPath, lines, version });
  }

  /** A range is no longer `source`. What it became is told when it is shown again; until then a space tells them apart. */
  changed({ path, startLine, endLine }: FilePage, source: string): void {
    const file = this.files.get(path);
    if (!file || this.textOf(file, { startLine, endLine }) !== source) return;
    const line = file.lines[endLine - 1] ?? '';
    file.lines[endLine - 1] = line.replace(/(\r?\n)?$/, ' $1');
    this.put(path, { ...file, version: this.nextVersion() });
  }

  /** The whole text was this; undefined: there was no such file. */
  set(path: string, text: string | undefined): void {
    if (text === undefined) this.files.delete(path);
    else {
      const file = this.files.get(path);
      const isSame = file && this.textOf(file) === text;
      const version = isSame ? file.version : this.nextVersion();
      this.put(path, { addressPath: this.addressPathOf(path), lines: splitLines(text), version });
    }
  }

  /** As before the edit. @throws JournalError */
  async undo({ path, from, before, after }: EventOf<'file.edited'>, blobs: BlobStore): Promise<void> {
    if (from !== undefined && after !== undefined) this.set(path, undefined);
    if (before !== undefined) this.set(from ?? path, await blobs.get(before));
    else if (after !== undefined) this.set(path, undefined);
  }

  /** As after the edit. @throws JournalError */
  async redo({ path, from, after }: EventOf<'file.edited'>, blobs: BlobStore): Promise<void> {
    if (from !== undefined) this.set(from, undefined);
    this.set(path, after === undefined ? undefined : await blobs.get(after));
  }

  /** @returns as far as the file is known; 0 for none */
  lineCount(path: string): number {
    return this.files.get(path)?.lines.length ?? 0;
  }

  /** @returns the last of the lines from `startLine` on that are known without a gap; less than `startLine` when it is not */
  knownThrough(path: string, startLine: number): number {
    const lines = this.files.get(path)?.lines ?? [];
    let line = startLine;
    while (lines[line - 1] !== undefined) line++;
    return line - 1;
  }

  async read(path: string): Promise<FileSnapshot> {
    const file = this.files.get(path);
    if (!file) throw new UnreadableFileError(`${path} was not there.`, 'List the folder.');
    const { addressPath, version } = file;
    return { path, addressPath, text: this.textOf(file), version };
  }

  async write(path: string, before: string | undefined, after: string): Promise<'saved'> {
    const file = this.files.get(path);
    if ((file && this.textOf(file)) !== before)
      throw new EditConflictError(`${path} has changed in the meantime.`, 'Read it again.');
    this.set(path, after);
    return 'saved';
  }

  async readBinary(path: string): Promise<string> {
    throw new UnreadableFileError(`${path} was not shown: it is no text.`, 'List the folder.');
  }

  async removeEmptyFolders(): Promise<void> {}

  async remove(path: string, before: string): Promise<FileForm> {
    const file = this.files.get(path);
    if ((file && this.textOf(file)) !== before)
      throw new EditConflictError(`${path} has changed in the meantime.`, 'Read it again.');
    this.set(path, undefined);
    return {};
  }

  async move(from: string, to: string): Promise<FileForm> {
    const { text } = await this.read(from);
    if (this.files.has(to)) throw new EditConflictError(`${to} is there already.`, 'Choose another name.');
    this.set(from, undefined);
    this.set(to, text);
    return {};
  }

  async version(path: string): Promise<string | undefined> {
    return this.files.get(path)?.version;
  }

  async list(): Promise<readonly []> {
    return [];
  }

  /** What was shown was allowed. */
  async isSecret(): Promise<boolean> {
    return false;
  }

  /** What was done was allowed. */
  async isProtected(): Promise<boolean> {
    return false;
  }

  fromAddress(addressPath: string): string {
    const path = this.paths.get(addressPath);
    if (path === undefined) throw new OutsideWorkspaceError(`${addressPath} was never shown.`, 'Read it.');
    return path;
  }

  canonical(path: string): string {
    return path.replace(/^(\.\/)+/, '');
  }

  private put(path: string, file: RecordedFile): void {
    this.files.set(path, file);
    this.paths.set(file.addressPath, path);
  }

  private textOf({ lines }: RecordedFile, range?: LineRange): string {
    const wanted = range ? lines.slice(range.startLine - 1, range.endLine) : lines;
    // Holes of a sparse array are skipped by map.
    return Array.from(wanted, (line) => line ?? '\n').join('');
  }

  /** As the workspace has it: a file's path names its folder only where there are several. */
  private addressPathOf(path: string): string {
    const [folder] = this.folders;
    return this.folders.length === 1 ? `${folder}/${path}` : path;
  }

  private nextVersion(): string {
    return `replay ${++this.changes}`;
  }
}

import type { Dirent } from 'node:fs';
import { access, constants, lstat, mkdir, readdir, realpath, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  EditConflictError,
  OutsideWorkspaceError,
  UnreadableFileError,
  VirtualContextError,
} from '../engine/errors';
import type { DirectoryEntry, FileForm, FileSnapshot, WorkspaceFiles } from '../engine/ports';
import { isProtectedPath } from '../engine/protectedFiles';
import { isSecretPath } from '../engine/secretFiles';
import { refuseGitOwnFiles } from './gitOwnFiles';
import {
  binaryForm,
  formOf,
  moveFile,
  readBinaryFile,
  refuseNoFile,
  refuseTaken,
  removeEmpty,
  restorableForm,
} from './moveFiles';
import { readTextFile, versionOf } from './readTextFile';
import { similarNames } from './similarNames';
import { codeOf, unreadable } from './unreadable';
import { unwritable } from './unwritable';
import {
  addressPath,
  canonicalPath,
  locate,
  outside,
  relativeInside,
  type WorkspacePlace,
  type WorkspaceRoot,
} from './workspacePaths';
import { changedMeanwhile, createTextFile, replaceTextFile } from './writeTextFile';

export type { WorkspaceRoot } from './workspacePaths';

export interface WorkspaceFilesOptions {
  /** The folders now open; asked each time. */
  readonly roots: () => readonly WorkspaceRoot[];
  /** What an editor shows for a file: unsaved changes win over the disk. */
  readonly openText?: (
    absolutePath: string,
  ) => { readonly text: string; readonly version: string } | undefined;
  /** Edits a file through the editor that holds it. */
  readonly editOpen?: (absolutePath: string, before: string, after: string) => Promise<OpenEdit>;
  /** The same for one that no editor holds. */
  readonly editClosed?: (absolutePath: string, before: string, after: string) => Promise<OpenEdit>;
  /** Creates a file by way of the editor; its folder is there. */
  readonly create?: (absolutePath: string, bytes: Uint8Array) => Promise<void>;
  /** Has done to a file that was created what saving does, as the person's settings say. Never throws. */
  readonly saveCreated?: (absolutePath: string, text: string) => Promise<void>;
  /** Removes a file by way of the editor: to the trash, where Undo finds it. */
  readonly remove?: (absolutePath: string) => Promise<void>;
  /** Moves a file by way of the editor, which takes its open documents along. */
  readonly move?: (from: string, to: string) => Promise<void>;
}

/** `unsaved`: the editor holds the new text, the disk does not. `elsewhere`: no editor holds the file. */
export type OpenEdit = 'saved' | 'unsaved' | 'conflict' | 'elsewhere';

interface ResolvedPlace {
  readonly place: WorkspacePlace;
  /** Absolute, links resolved. */
  readonly real: string;
  /** The same relative to the workspace folder that it is in. */
  readonly inside: string;
}

/** Directory entries looked at together. */
const BATCH = 256;

/** The workspace folders on disk, seen through the editor's unsaved changes. */
export class NodeWorkspaceFiles implements WorkspaceFiles {
  constructor(private readonly options: WorkspaceFilesOptions) {}

  canonical(path: string): string {
    const roots = this.options.roots();
    return canonicalPath(roots, locate(roots, path));
  }

  fromAddress(path: string): string {
    const roots = this.options.roots();
    const [name, ...rest] = path.split('/');
    const root = roots.find((candidate) => candidate.name === name);
    if (root === undefined) {
      throw new OutsideWorkspaceError(
        `The folder ${name} of ${path} is not open.`,
        'Ask the person to open it.',
      );
    }
    return canonicalPath(roots, { root, relative: rest.join('/') });
  }

  async read(path: string, signal: AbortSignal): Promise<FileSnapshot> {
    signal.throwIfAborted();
    const { place, real } = await this.resolve(path);
    const names = { path: this.canonical(path), addressPath: addressPath(place) };
    const shown = this.openText(place, real);
    if (shown) return { ...names, ...shown };
    try {
      const { text, version } = await readTextFile(names.path, real, signal);
      return { ...names, text, version };
    } catch (error) {
      if (error instanceof VirtualContextError || signal.aborted) throw error;
      throw unreadable(names.path, error);
    }
  }

  async write(
    path: string,
    before: string | undefined,
    after: string,
    form?: FileForm,
  ): Promise<'saved' | 'unsaved'> {
    const roots = this.options.roots();
    const place = locate(roots, path);
    const shown = canonicalPath(roots, place);
    try {
      if (before === undefined) {
        if (place === undefined) throw outside(path);
        refuseGitOwnFiles(shown, await this.placeOfNew(place));
        const absolute = join(place.root.path, place.relative);
        await createTextFile(shown, absolute, after, form ?? {}, this.options.create);
        if (!form) await this.options.saveCreated?.(absolute, after);
        return 'saved';
      }
      const { place: found, real, inside } = await this.resolve(path);
      refuseGitOwnFiles(shown, inside);
      // Neither an editor's save nor a rename tells it in time.
      await refuseReadOnly(real);
      const edit = await this.editInEditor([join(found.root.path, found.relative), real], before, after);
      if (edit === 'conflict') throw changedMeanwhile(shown);
      if (edit === 'elsewhere') await replaceTextFile(shown, real, before, after);
      else if (form && edit === 'saved') await replaceFormatted(shown, real, after);
      return edit === 'unsaved' ? edit : 'saved';
    } catch (error) {
      throw error instanceof VirtualContextError ? error : unwritable(shown, error);
    }
  }

  async readBinary(path: string): Promise<string> {
    const shown = this.canonical(path);
    try {
      const { real } = await this.ownFile(path);
      return await readBinaryFile(shown, real);
    } catch (error) {
      throw error instanceof VirtualContextError ? error : unreadable(shown, error);
    }
  }

  async remove(path: string, before: string, binary = false): Promise<FileForm> {
    const shown = this.canonical(path);
    try {
      const { absolute, real } = await this.ownFile(path);
      const form = await (binary ? binaryForm : restorableForm)(shown, real, before);
      await (this.options.remove ?? rm)(absolute);
      return form;
    } catch (error) {
      throw error instanceof VirtualContextError ? error : unwritable(shown, error);
    }
  }

  async move(from: string, to: string): Promise<FileForm> {
    const [shownFrom, shownTo] = [this.canonical(from), this.canonical(to)];
    try {
      const { absolute, real } = await this.ownFile(from);
      const place = locate(this.options.roots(), to);
      if (place === undefined || place.relative === '') throw outside(to);
      refuseGitOwnFiles(shownTo, await this.placeOfNew(place));
      const target = join(place.root.path, place.relative);
      await refuseTaken(shownTo, absolute, target);
      const form = await formOf(real);
      await mkdir(dirname(target), { recursive: true });
      if (this.options.move) await this.options.move(absolute, target);
      else await moveFile(shownTo, absolute, target);
      return form;
    } catch (error) {
      throw error instanceof VirtualContextError ? error : unwritable(shownFrom, error);
    }
  }

  async removeEmptyFolders(path: string): Promise<void> {
    try {
      const { place, real, inside } = await this.resolve(path);
      refuseGitOwnFiles(this.canonical(path), inside);
      // Not what a link leads to, nor a folder of the workspace itself.
      if (inside !== '' && real === join(place.root.path, place.relative)) await removeEmpty(real);
    } catch {
      // Then it stays.
    }
  }

  async isProtected(path: string): Promise<boolean> {
    const shown = this.canonical(path);
    if (isProtectedPath(shown)) return true;
    const place = locate(this.options.roots(), path);
    // Where it leads outside, it is not edited at all.
    const real = await (place ? this.placeOfNew(place) : Promise.resolve('')).catch(() => '');
    return isProtectedPath(real);
  }

  async isSecret(path: string): Promise<boolean> {
    if (isSecretPath(this.canonical(path))) return true;
    try {
      const found = await this.follow(this.placeOf(path));
      return found !== undefined && isSecretPath(found.inside);
    } catch {
      // What cannot be resolved cannot be read either.
      return false;
    }
  }

  async version(path: string): Promise<string | undefined> {
    try {
      const found = await this.follow(this.placeOf(path));
      if (!found) return undefined;
      const { place, real } = found;
      return this.openText(place, real)?.version ?? versionOf(await stat(real, { bigint: true }));
    } catch {
      return undefined;
    }
  }

  async list(path: string, signal: AbortSignal): Promise<readonly DirectoryEntry[]> {
    signal.throwIfAborted();
    const roots = this.options.roots();
    if (locate(roots, path) === undefined) {
      return roots.map(({ name }) => ({ name, kind: 'directory', size: 0 }));
    }
    const { real } = await this.resolve(path);
    let entries: Dirent[];
    try {
      entries = await readdir(real, { withFileTypes: true });
    } catch (error) {
      if (codeOf(error) !== 'ENOTDIR') throw unreadable(this.canonical(path), error);
      throw new UnreadableFileError(`${this.canonical(path)} is a file.`, 'Read it with read_file.');
    }
    const listed: DirectoryEntry[] = [];
    for (let i = 0; i < entries.length; i += BATCH) {
      signal.throwIfAborted();
      listed.push(
        ...(await Promise.all(entries.slice(i, i + BATCH).map((entry) => describeEntry(real, entry)))),
      );
    }
    return listed.sort(foldersFirst);
  }

  /** @param names of the file, the one with links resolved last */
  private async editInEditor(
    names: readonly [string, string],
    before: string,
    after: string,
  ): Promise<OpenEdit> {
    const { editOpen, editClosed } = this.options;
    for (const name of new Set(names)) {
      const edit = (await editOpen?.(name, before, after)) ?? 'elsewhere';
      if (edit !== 'elsewhere') return edit;
    }
    return (await editClosed?.(names[1], before, after)) ?? 'elsewhere';
  }

  /** A file itself, not what a link leads to; not one whose newest text only an editor has. */
  private async ownFile(path: string): Promise<{ absolute: string; real: string }> {
    const { place, real, inside } = await this.resolve(path);
    const shown = this.canonical(path);
    refuseGitOwnFiles(shown, inside);
    const absolute = join(place.root.path, place.relative);
    await refuseNoFile(shown, absolute);
    if (this.openText(place, real) === undefined) return { absolute, real };
    throw new EditConflictError(
      `${shown} has changes in the editor that are not saved.`,
      'Ask the person to save them.',
    );
  }

  private openText(place: WorkspacePlace, real: string): { text: string; version: string } | undefined {
    // An editor knows a file by the path it was opened with, which may go through a symbolic link.
    const shown =
      this.options.openText?.(join(place.root.path, place.relative)) ?? this.options.openText?.(real);
    return shown && { text: shown.text, version: `editor:${shown.version}` };
  }

  /** @throws UnreadableFileError that says what was probably meant, when nothing is there; as `follow` */
  private async resolve(path: string): Promise<ResolvedPlace> {
    const place = this.placeOf(path);
    const found = await this.follow(place);
    if (found) return found;
    throw await this.notFound(place);
  }

  private placeOf(path: string): WorkspacePlace {
    const place = locate(this.options.roots(), path);
    if (place) return place;
    throw new UnreadableFileError(
      'The workspace has several folders.',
      'Name one; list_directory shows them.',
    );
  }

  /**
   * Follows symbolic links and makes sure that the end of the way is inside a workspace folder.
   * @returns undefined when nothing is there
   * @throws OutsideWorkspaceError | UnreadableFileError
   */
  private async follow(place: WorkspacePlace): Promise<ResolvedPlace | undefined> {
    const roots = this.options.roots();
    let real: string;
    try {
      real = await realpath(join(place.root.path, place.relative));
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      throw unreadable(canonicalPath(roots, place), error);
    }
    for (const root of roots) {
      const folder = await realpath(root.path).catch(() => root.path);
      const inside = relativeInside(folder, real);
      if (inside !== undefined) return { place, real, inside };
    }
    throw outside(canonicalPath(roots, place));
  }

  /**
   * @returns where in a workspace folder a file would come to be that does not exist yet, links resolved
   * @throws OutsideWorkspaceError when it would be in none
   */
  private async placeOfNew(place: WorkspacePlace): Promise<string> {
    const parts = place.relative.split('/');
    for (let depth = parts.length; depth >= 0; depth--) {
      const path = join(place.root.path, ...parts.slice(0, depth));
      // A link that leads nowhere has no real path either, and writing would follow it.
      if ((await lstat(path).catch(() => undefined)) === undefined) continue;
      const parent = { root: place.root, relative: parts.slice(0, depth).join('/') };
      const { inside } = await this.resolve(canonicalPath(this.options.roots(), parent));
      return [inside, ...parts.slice(depth)].join('/');
    }
    return place.relative;
  }

  /** Says from where on the path does not exist and what was probably meant. */
  private async notFound(place: WorkspacePlace): Promise<UnreadableFileError | OutsideWorkspaceError> {
    const roots = this.options.roots();
    const parts = place.relative.split('/');
    for (let depth = parts.length - 1; depth >= 0; depth--) {
      const parent = { root: place.root, relative: parts.slice(0, depth).join('/') };
      const parentPath = canonicalPath(roots, parent);
      let names: string[];
      try {
        // Resolving first: suggestions must not name what a link outside the workspace leads to.
        names =
          depth === 0 ? await readdir(place.root.path) : await readdir((await this.resolve(parentPath)).real);
      } catch (error) {
        if (error instanceof OutsideWorkspaceError) return error;
        continue;
      }
      const missing = parts[depth] ?? '';
      const similar = similarNames(missing, names).map((name) =>
        canonicalPath(roots, { root: place.root, relative: [...parts.slice(0, depth), name].join('/') }),
      );
      const where = depth < parts.length - 1 ? ` (there is no ${missing} in ${parentPath})` : '';
      return new UnreadableFileError(
        `${canonicalPath(roots, place)} does not exist${where}.`,
        similar.length > 0
          ? `Similar: ${similar.join(', ')}.`
          : `See what is there with list_directory "${parentPath}".`,
      );
    }
    return new UnreadableFileError(
      `The folder ${place.root.name} does not exist any more.`,
      'Ask the person to open it again.',
    );
  }
}

async function describeEntry(folder: string, entry: Dirent): Promise<DirectoryEntry> {
  const { name } = entry;
  if (entry.isDirectory()) return { name, kind: 'directory', size: 0 };
  if (entry.isSymbolicLink()) return { name, kind: 'symlink', size: 0 };
  if (!entry.isFile()) return { name, kind: 'other', size: 0 };
  // Deleted since it was listed: it is shown as it was, without a size.
  const size = await lstat(join(folder, name)).then(
    (stats) => stats.size,
    () => 0,
  );
  return { name, kind: 'file', size };
}

function foldersFirst(a: DirectoryEntry, b: DirectoryEntry): number {
  const folders = Number(b.kind === 'directory') - Number(a.kind === 'directory');
  return folders || (a.name < b.name ? -1 : 1);
}

/** The mode, too: root may write what its owner has made read-only. */
async function refuseReadOnly(real: string): Promise<void> {
  await access(real, constants.W_OK);
  const { mode } = await stat(real);
  if ((mode & 0o222) === 0) throw Object.assign(new Error('the file is read-only'), { code: 'EACCES' });
}

/** Saving has formatted what is to be as it was. */
async function replaceFormatted(path: string, real: string, wanted: string): Promise<void> {
  const { text } = await readTextFile(path, real, new AbortController().signal);
  if (text !== wanted) await replaceTextFile(path, real, text, wanted);
}

import { access, constants, mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EditConflictError, OutsideWorkspaceError, VirtualContextError } from '../engine/errors';
import type { DirectoryEntry, FileForm, FileSnapshot, WorkspaceFiles } from '../engine/ports';
import { isProtectedPath } from '../engine/protectedFiles';
import { isSecretPath } from '../engine/secretFiles';
import { folderEntries } from './folderEntries';
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
import { ResolvedPlaces } from './resolvedPlaces';
import { unreadable } from './unreadable';
import { unwritable } from './unwritable';
import {
  addressPath,
  canonicalPath,
  locate,
  outside,
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

/** The workspace folders on disk, seen through the editor's unsaved changes. */
export class NodeWorkspaceFiles implements WorkspaceFiles {
  private readonly places: ResolvedPlaces;

  constructor(private readonly options: WorkspaceFilesOptions) {
    this.places = new ResolvedPlaces(options.roots);
  }

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
    const { place, real } = await this.places.resolve(path);
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
        refuseGitOwnFiles(shown, await this.places.placeOfNew(place));
        const absolute = join(place.root.path, place.relative);
        await createTextFile(shown, absolute, after, form ?? {}, this.options.create);
        if (!form) await this.options.saveCreated?.(absolute, after);
        return 'saved';
      }
      const { place: found, real, inside } = await this.places.resolve(path);
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
      refuseGitOwnFiles(shownTo, await this.places.placeOfNew(place));
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
      const { place, real, inside } = await this.places.resolve(path);
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
    const real = await (place ? this.places.placeOfNew(place) : Promise.resolve('')).catch(() => '');
    return isProtectedPath(real);
  }

  async isSecret(path: string): Promise<boolean> {
    if (isSecretPath(this.canonical(path))) return true;
    try {
      const found = await this.places.follow(this.places.placeOf(path));
      return found !== undefined && isSecretPath(found.inside);
    } catch {
      // What cannot be resolved cannot be read either.
      return false;
    }
  }

  async version(path: string): Promise<string | undefined> {
    try {
      const found = await this.places.follow(this.places.placeOf(path));
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
    const { real } = await this.places.resolve(path);
    return folderEntries(this.canonical(path), real, signal);
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
    const { place, real, inside } = await this.places.resolve(path);
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

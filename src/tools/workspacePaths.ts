/** Paths as models write them, and the workspace folders they belong to. Nothing here reads file contents. */
import { existsSync, realpathSync } from 'node:fs';
import { isAbsolute, join, posix, relative, sep } from 'node:path';
import { OutsideWorkspaceError, UnreadableFileError } from '../engine/errors';

export interface WorkspaceRoot {
  /** Unique among the open folders and without `/`: it is the first part of paths and addresses. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

/** A place inside a workspace folder, not yet known to exist. */
export interface WorkspacePlace {
  readonly root: WorkspaceRoot;
  /** `/`-separated, relative to the folder; empty for the folder itself. */
  readonly relative: string;
}

/**
 * @param written `./src/a.ts`, `src/a.ts`, an absolute path, or `<folder name>/src/a.ts`
 * @returns the place, or undefined for the top of a workspace with several folders
 * @throws OutsideWorkspaceError | UnreadableFileError (no folder is open)
 */
export function locate(roots: readonly WorkspaceRoot[], written: string): WorkspacePlace | undefined {
  const only = roots[0];
  if (only === undefined) {
    throw new UnreadableFileError('No folder is open.', 'Ask the person to open a folder.');
  }
  if (written.includes('\0')) throw outside(written);
  const path = written.trim();
  if (isAbsolute(path)) return locateAbsolute(roots, path);
  const slashed = sep === '\\' ? path.replaceAll('\\', '/') : path;
  const normal = posix.normalize(slashed === '' ? '.' : slashed).replace(/\/$/, '');
  if (normal === '..' || normal.startsWith('../')) throw outside(written);
  const inner = normal === '.' ? '' : normal;
  return roots.length === 1 ? locateInOnly(only, inner) : locateInSeveral(roots, inner);
}

/** @returns the path functions take and show: relative to the only folder, `<folder name>/…` when there are several */
export function canonicalPath(roots: readonly WorkspaceRoot[], place: WorkspacePlace | undefined): string {
  if (place === undefined) return '.';
  if (roots.length === 1) return place.relative === '' ? '.' : place.relative;
  return addressPath(place);
}

/**
 * @returns the absolute path of a file as it was written; it need not exist
 * @throws OutsideWorkspaceError | UnreadableFileError (no folder is open, or the path names a folder)
 */
export function absolutePath(roots: readonly WorkspaceRoot[], written: string): string {
  const place = locate(roots, written);
  if (place === undefined || place.relative === '') {
    throw new UnreadableFileError(`${written} is a folder.`, 'Name a file in it.');
  }
  return join(place.root.path, place.relative);
}

/** @returns the path functions take and show; undefined for what is outside the workspace folders */
export function insidePath(roots: readonly WorkspaceRoot[], written: string): string | undefined {
  try {
    return canonicalPath(roots, locate(roots, written));
  } catch {
    return undefined;
  }
}

/** @returns `<folder name>/…` */
export function addressPath(place: WorkspacePlace): string {
  return place.relative === '' ? place.root.name : `${place.root.name}/${place.relative}`;
}

/** @returns the `/`-separated path of `path` relative to `folder`, or undefined when it is not inside */
export function relativeInside(folder: string, path: string): string | undefined {
  const inner = relative(folder, path);
  if (inner === '..' || inner.startsWith(`..${sep}`) || isAbsolute(inner)) return undefined;
  return sep === '\\' ? inner.replaceAll('\\', '/') : inner;
}

export function outside(path: string): OutsideWorkspaceError {
  return new OutsideWorkspaceError(
    `${JSON.stringify(path)} is outside the workspace folders.`,
    'Only files inside them can be read; paths are relative to the workspace.',
  );
}

function locateAbsolute(roots: readonly WorkspaceRoot[], path: string): WorkspacePlace {
  let best: WorkspacePlace | undefined;
  for (const root of roots) {
    // A folder opened through a symbolic link has two absolute names; both are its own.
    for (const folder of [root.path, realPathOf(root.path)]) {
      const inner = relativeInside(folder, path);
      if (inner !== undefined && (best === undefined || inner.length < best.relative.length)) {
        best = { root, relative: inner };
      }
    }
  }
  if (best === undefined) throw outside(path);
  return best;
}

function locateInOnly(root: WorkspaceRoot, inner: string): WorkspacePlace {
  // Addresses begin with the folder's name, and models copy them.
  const [first, ...rest] = inner.split('/');
  if (first === root.name && !existsSync(join(root.path, inner))) {
    const stripped = rest.join('/');
    if (existsSync(join(root.path, stripped)) || !existsSync(join(root.path, first)))
      return { root, relative: stripped };
  }
  return { root, relative: inner };
}

function locateInSeveral(roots: readonly WorkspaceRoot[], inner: string): WorkspacePlace | undefined {
  if (inner === '') return undefined;
  const [first, ...rest] = inner.split('/');
  const named = roots.find((root) => root.name === first);
  if (named) return { root: named, relative: rest.join('/') };
  const holding = roots.filter((root) => existsSync(join(root.path, inner)));
  if (holding.length === 1 && holding[0]) return { root: holding[0], relative: inner };
  throw new UnreadableFileError(
    `${inner} names no workspace folder.`,
    `Begin the path with one of: ${roots.map((root) => `${root.name}/`).join(', ')}.`,
  );
}

function realPathOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}
